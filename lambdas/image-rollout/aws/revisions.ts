/** Revisions of a task definition, and the service that runs one. */
import {
  ClientException,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type DescribeTaskDefinitionCommandOutput,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import type { WantedImages } from '../plan/documents';
import type { Revision } from '../plan/state';

/** What ECS adds to a revision and refuses in a new one. */
const ADDED_BY_ECS = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
] as const;

function describe(client: ECSClient, family: string): Promise<DescribeTaskDefinitionCommandOutput> {
  return client.send(new DescribeTaskDefinitionCommand({ taskDefinition: family, include: ['TAGS'] }));
}

/** Returns the newest active revision of the family; `undefined` where it has none. */
export async function latestRevision(client: ECSClient, family: string): Promise<Revision | undefined> {
  try {
    const { taskDefinition } = await describe(client, family);
    return {
      number: taskDefinition?.revision ?? 0,
      images: Object.fromEntries(
        (taskDefinition?.containerDefinitions ?? []).map(({ name = '', image = '' }) => [name, image]),
      ),
    };
  } catch (error) {
    if (error instanceof ClientException && /Unable to describe|inactive/i.test(error.message))
      return undefined;
    throw error;
  }
}

/** A copy of a revision with other images in the containers of these names, and its tags, which belong to each revision. */
export function copyOf(
  { taskDefinition = {}, tags = [] }: Pick<DescribeTaskDefinitionCommandOutput, 'taskDefinition' | 'tags'>,
  images: WantedImages,
): RegisterTaskDefinitionCommandInput {
  const added: ReadonlySet<string> = new Set(ADDED_BY_ECS);
  const kept = Object.fromEntries(Object.entries(taskDefinition).filter(([key]) => !added.has(key)));
  return {
    ...kept,
    family: taskDefinition.family,
    containerDefinitions: (taskDefinition.containerDefinitions ?? []).map((container) => {
      const image = images[container.name ?? ''];
      return image === undefined ? container : { ...container, image };
    }),
    ...(tags.length === 0 ? {} : { tags }),
  };
}

/** Registers a copy of the newest revision with these images; returns its number. */
export async function registerCopy(client: ECSClient, family: string, images: WantedImages): Promise<number> {
  const { taskDefinition } = await client.send(
    new RegisterTaskDefinitionCommand(copyOf(await describe(client, family), images)),
  );
  return taskDefinition?.revision ?? 0;
}

/** Returns the revision that a service is to run; `undefined` where it runs another family or is gone. */
export async function serviceRevision(
  client: ECSClient,
  {
    cluster,
    service,
    family,
  }: { readonly cluster: string; readonly service: string; readonly family: string },
): Promise<number | undefined> {
  const { services = [] } = await client.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const [, name, revision] = /\/([^/:]+):(\d+)$/.exec(services[0]?.taskDefinition ?? '') ?? [];
  return services[0]?.status === 'ACTIVE' && name === family ? Number(revision) : undefined;
}

/** Gives a service a revision of the family, by its whole ARN, as the service is then described with. */
export async function updateService(
  client: ECSClient,
  {
    cluster,
    service,
    family,
    revision,
  }: {
    readonly cluster: string;
    readonly service: string;
    readonly family: string;
    readonly revision: number;
  },
): Promise<void> {
  const { taskDefinition } = await describe(client, `${family}:${revision}`);
  await client.send(
    new UpdateServiceCommand({ cluster, service, taskDefinition: taskDefinition?.taskDefinitionArn }),
  );
}
