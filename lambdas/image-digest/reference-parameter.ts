import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';

/** The parameter that the golden AMI's build reads, and whose change starts the build. */
export class ReferenceParameter {
  constructor(
    private readonly client: SSMClient,
    private readonly name: string,
  ) {}

  /** Writes the reference unless it is there already: an equal write would start a needless build. */
  async set(reference: string): Promise<'written' | 'unchanged'> {
    const current = await this.client.send(new GetParameterCommand({ Name: this.name }));
    if (current.Parameter?.Value === reference) return 'unchanged';
    await this.client.send(new PutParameterCommand({ Name: this.name, Value: reference, Overwrite: true }));
    return 'written';
  }
}
