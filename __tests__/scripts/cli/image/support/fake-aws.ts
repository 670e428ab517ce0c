/** The calls of `prune --ecr`, as ECR, ECS and EC2 answer them over the wire, in pages. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ECSClient } from '@aws-sdk/client-ecs';
import type { PruneClients } from '../../../../../scripts/cli/image/registry/prune-ecr';

export interface StoredImage {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly mediaType: string;
  readonly manifest: string;
  /** Listed, and not given. */
  readonly archived?: boolean;
}

export interface Account {
  /** In the one repository that there is. */
  readonly images: readonly StoredImage[];
  /** Containers of tasks, by cluster, each with the revision that it is of. */
  readonly tasks?: Readonly<
    Record<string, readonly { image: string; imageDigest?: string; definition?: string }[]>
  >;
  /** What the deployments of each service have, the newest first, by cluster. */
  readonly services?: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** Revisions by name such as `app:3`, or of a family of their own; those that are ACTIVE, by image. */
  readonly definitions?: readonly (string | Revision)[];
  /** Revisions that were deregistered. */
  readonly inactive?: readonly Revision[];
  /** User data of versions, by template; compressed ones are given as bytes. */
  readonly templates?: readonly (readonly (string | Buffer)[])[];
}

export interface Revision {
  /** Family and number, `app:3`. */
  readonly name: string;
  readonly image: string;
}

/** What happens to one call: an error of the service, an answer without its list, a connection that breaks. */
export type Fault = 'denied' | 'unread' | 'dropped';

export interface FakeAws {
  readonly clients: PruneClients;
  /** Operations in the order of the calls. */
  readonly calls: readonly string[];
  readonly deleted: readonly string[];
  readonly deregistered: readonly string[];
  /** Has another account from now on, and has seen nothing: servers and clients of the SDK are dear. */
  hold(account: Account, fault?: Failing): void;
  close(): Promise<void>;
}

/** What happens to a call instead of its answer, by its number, from 0, and its operation. */
export type Failing = (call: number, operation: string) => Fault | undefined;

export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const IMAGE_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const PAGE = 2;

/** An image, or an index of the `children`, with what its manifest says besides. */
export function stored(
  name: string,
  {
    tags = [],
    children,
    subject,
  }: {
    readonly tags?: readonly string[];
    readonly children?: readonly StoredImage[];
    readonly subject?: StoredImage;
  } = {},
): StoredImage {
  const mediaType = children ? INDEX_TYPE : IMAGE_TYPE;
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    annotations: { name },
    ...(children && { manifests: children.map(({ digest }) => ({ digest })) }),
    ...(subject && { subject: { digest: subject.digest } }),
  });
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
  return { digest, tags, mediaType, manifest };
}

type Body = Readonly<Record<string, unknown>>;

function page<T>(
  all: readonly T[],
  token: unknown,
): { readonly items: readonly T[]; readonly next?: string } {
  const start = Number(token ?? 0);
  const end = start + PAGE;
  return { items: all.slice(start, end), ...(end < all.length && { next: String(end) }) };
}

function answerEcr(operation: string, body: Body, { images }: Account, deleted: string[]): unknown {
  const ids = ((body['imageIds'] ?? []) as { imageDigest: string }[]).map(({ imageDigest }) => imageDigest);
  if (operation === 'DescribeImages') {
    const { items, next } = page(images, body['nextToken']);
    const imageDetails = items.map(({ digest, tags, mediaType }) => ({
      imageDigest: digest,
      ...(tags.length > 0 && { imageTags: tags }),
      imageManifestMediaType: mediaType,
      imageSizeInBytes: 1_000,
    }));
    return { imageDetails, nextToken: next };
  }
  if (operation === 'BatchDeleteImage') {
    deleted.push(...ids);
    return { imageIds: body['imageIds'], failures: [] };
  }
  const found = images.filter(({ digest, archived }) => ids.includes(digest) && !archived);
  return {
    images: found.map(({ digest, manifest, mediaType }) => ({
      imageId: { imageDigest: digest },
      imageManifest: manifest,
      imageManifestMediaType: mediaType,
    })),
    failures: ids
      .filter((id) => !found.some(({ digest }) => digest === id))
      .map((id) => ({ imageId: { imageDigest: id }, failureCode: 'ImageNotFound' })),
  };
}

function revisionsOf({ definitions = [] }: Account): readonly Revision[] {
  return definitions.map((definition, at) =>
    typeof definition === 'string' ? { name: `family${at}:1`, image: definition } : definition,
  );
}

function answerEcs(operation: string, body: Body, account: Account, deregistered: string[]): unknown {
  const { tasks = {}, services = {}, inactive = [] } = account;
  const cluster = String(body['cluster'] ?? '');
  const running = tasks[cluster] ?? [];
  const active = revisionsOf(account);
  function listed(key: string, all: readonly string[]) {
    const { items, next } = page(all, body['nextToken']);
    return { [key]: items, nextToken: next };
  }
  switch (operation) {
    case 'ListClusters':
      return listed('clusterArns', [...new Set([...Object.keys(tasks), ...Object.keys(services)])]);
    case 'ListTasks':
      return listed('taskArns', [...running.keys()].map(String));
    case 'DescribeTasks':
      return {
        tasks: (body['tasks'] as readonly string[]).map((arn) => {
          const { definition, ...container } = running[Number(arn)]!;
          return { taskArn: arn, taskDefinitionArn: definition, containers: [container] };
        }),
        failures: [],
      };
    case 'ListServices':
      return listed('serviceArns', [...(services[cluster] ?? []).keys()].map(String));
    case 'DescribeServices':
      return {
        services: (body['services'] as readonly string[]).map((arn) => {
          const deployments = services[cluster]?.[Number(arn)] ?? [];
          return {
            serviceArn: arn,
            taskDefinition: deployments[0],
            deployments: deployments.map((taskDefinition) => ({ taskDefinition })),
          };
        }),
        failures: [],
      };
    case 'ListTaskDefinitions':
      return listed('taskDefinitionArns', body['status'] === 'ACTIVE' ? active.map(({ name }) => name) : []);
    case 'DeregisterTaskDefinition':
      deregistered.push(String(body['taskDefinition']));
      return { taskDefinition: {} };
    default: {
      const found = [...active, ...inactive].find(({ name }) => name === body['taskDefinition']);
      const [family, revision] = found?.name.split(':') ?? [];
      return {
        taskDefinition: {
          taskDefinitionArn: found?.name,
          family,
          revision: Number(revision),
          containerDefinitions: [{ image: found?.image }],
        },
      };
    }
  }
}

function answerEc2(operation: string, call: URLSearchParams, { templates = [] }: Account): string {
  const versions = operation === 'DescribeLaunchTemplateVersions';
  const all = versions
    ? (templates[Number(call.get('LaunchTemplateId'))] ?? []).map(
        (text) =>
          `<launchTemplateData><userData>${Buffer.from(text).toString('base64')}</userData></launchTemplateData>`,
      )
    : templates.map((_, at) => `<launchTemplateId>${at}</launchTemplateId>`);
  const { items, next } = page(all, call.get('NextToken'));
  const list = versions ? 'launchTemplateVersionSet' : 'launchTemplates';
  return (
    `<${list}>${items.map((item) => `<item>${item}</item>`).join('')}</${list}>` +
    (next === undefined ? '' : `<nextToken>${next}</nextToken>`)
  );
}

export async function startFakeAws(first: Account, firstFault: Failing = () => undefined): Promise<FakeAws> {
  let [account, fault] = [first, firstFault];
  const calls: string[] = [];
  const deleted: string[] = [];
  const deregistered: string[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const target = String(request.headers['x-amz-target'] ?? '');
    const call = new URLSearchParams(target === '' ? text : '');
    const operation = target === '' ? (call.get('Action') ?? '') : (target.split('.').at(-1) ?? '');
    const failed = fault(calls.length, operation);
    calls.push(operation);
    if (failed === 'dropped') return void request.socket.destroy();
    if (target === '') {
      const xml = failed ? '' : answerEc2(operation, call, account);
      const error = '<Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors>';
      return void response
        .writeHead(failed === 'denied' ? 403 : 200, { 'content-type': 'text/xml' })
        .end(
          failed === 'denied'
            ? `<Response>${error}</Response>`
            : `<${operation}Response>${xml}</${operation}Response>`,
        );
    }
    const body: Body = JSON.parse(text);
    const answer = target.includes('ContainerRegistry')
      ? answerEcr(operation, body, account, failed ? [] : deleted)
      : answerEcs(operation, body, account, failed ? [] : deregistered);
    const denied = { __type: 'AccessDeniedException', message: 'no' };
    response
      .writeHead(failed === 'denied' ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify(failed === 'denied' ? denied : failed === 'unread' ? {} : answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const options = {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const clients = {
    ecr: new ECRClient(options),
    ecs: new ECSClient(options),
    ec2: new EC2Client(options),
  };
  return {
    clients,
    calls,
    deleted,
    deregistered,
    hold: (next, nextFault = () => undefined) => {
      [account, fault] = [next, nextFault];
      for (const seen of [calls, deleted, deregistered]) seen.length = 0;
    },
    close: () =>
      new Promise<void>((resolve) => {
        for (const client of Object.values(clients)) client.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
