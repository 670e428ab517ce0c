/** The two documents as SSM parameters; the version of a parameter is the generation of its document. */
import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { RolloutDocumentError, type Versioned } from '../plan/documents';

/** @throws {RolloutDocumentError} for one that is missing or malformed */
export async function readDocument<Document>(
  client: SSMClient,
  name: string,
  parse: (value: string) => Document,
): Promise<Versioned<Document>> {
  const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
  if (Parameter?.Value === undefined || Parameter.Version === undefined)
    throw new RolloutDocumentError(
      `${name}: got no value; allowed: a rollout document; apply the stack again`,
    );
  return { generation: Parameter.Version, document: parse(Parameter.Value) };
}

/** Writes a document; returns its generation. More than 4 KB makes an advanced parameter of it. */
export async function writeDocument(client: SSMClient, name: string, value: string): Promise<number> {
  const { Version = 0 } = await client.send(
    new PutParameterCommand({ Name: name, Value: value, Overwrite: true, Tier: 'Intelligent-Tiering' }),
  );
  return Version;
}
