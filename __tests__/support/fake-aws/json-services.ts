/** Parameters, log streams, task definitions and images, as far as a rollout meets them: JSON calls by their target. */
import { Fault } from './fault';

type Body = Readonly<Record<string, unknown>>;
export type JsonActions = Readonly<Record<string, (body: Body) => object>>;

function text(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw new Fault('ValidationException', `${name} is required`);
  return value;
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
export class Parameters {
  private readonly values = new Map<
    string,
    { value: string; version: number; pattern: RegExp | undefined }
  >();

  readonly actions: JsonActions = {
    'AmazonSSM.GetParameter': (body) => {
      const Name = text(body, 'Name');
      const found = this.values.get(Name);
      if (found === undefined) throw new Fault('ParameterNotFound', '');
      const ARN = `arn:aws:ssm:eu-central-1:111111111111:parameter${Name}`;
      return {
        Parameter: {
          ARN,
          DataType: 'text',
          Name,
          Type: 'String',
          Value: found.value,
          Version: found.version,
        },
      };
    },
    'AmazonSSM.PutParameter': (body) => {
      const name = text(body, 'Name');
      const value = text(body, 'Value');
      const found = this.values.get(name);
      if (found !== undefined && body['Overwrite'] !== true)
        throw new Fault(
          'ParameterAlreadyExists',
          'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
        );
      const limit = body['Tier'] === 'Intelligent-Tiering' || body['Tier'] === 'Advanced' ? 8192 : 4096;
      if (value.length > limit)
        throw new Fault(
          'ValidationException',
          `Standard tier parameters support a maximum parameter value of ${limit} characters.`,
        );
      if (found?.pattern?.test(value) === false)
        throw new Fault(
          'ParameterPatternMismatchException',
          `Parameter value, cannot be validated against allowedPattern: ${found.pattern.source}`,
        );
      return { Version: this.put(name, value), Tier: 'Standard' };
    },
  };

  put(name: string, value: string, pattern?: RegExp): number {
    const found = this.values.get(name);
    const version = (found?.version ?? 0) + 1;
    this.values.set(name, { value, version, pattern: pattern ?? found?.pattern });
    return version;
  }

  get(name: string): { readonly value: string; readonly version: number } | undefined {
    return this.values.get(name);
  }
}

export class LogStreams {
  private readonly streams = new Map<string, { message: string; timestamp: number }[]>();

  readonly actions: JsonActions = {
    'Logs_20140328.CreateLogStream': (body) => {
      const key = this.key(body);
      if (this.streams.has(key))
        throw new Fault('ResourceAlreadyExistsException', 'The specified log stream already exists');
      this.streams.set(key, []);
      return {};
    },
    'Logs_20140328.PutLogEvents': (body) => {
      const events = body['logEvents'] as { message: string; timestamp: number }[];
      this.stream(body).push(...events);
      return { nextSequenceToken: '0' };
    },
    'Logs_20140328.GetLogEvents': (body) => {
      const limit = Number(body['limit'] ?? 10_000);
      const all = this.stream(body);
      return { events: body['startFromHead'] === true ? all.slice(0, limit) : all.slice(-limit) };
    },
  };

  /** A line of an instance, whose stream comes with its first. */
  write(logGroupName: string, logStreamName: string, line: object): void {
    const key = this.key({ logGroupName, logStreamName });
    const stream = this.streams.get(key) ?? [];
    stream.push({ message: JSON.stringify(line), timestamp: Date.now() });
    this.streams.set(key, stream);
  }

  lines(logGroupName: string): readonly { readonly stream: string; readonly message: string }[] {
    return [...this.streams].flatMap(([key, events]) =>
      key.startsWith(`${logGroupName} `)
        ? events.map(({ message }) => ({ stream: key.slice(logGroupName.length + 1), message }))
        : [],
    );
  }

  private key(body: Body): string {
    return `${text(body, 'logGroupName')} ${text(body, 'logStreamName')}`;
  }

  private stream(body: Body): { message: string; timestamp: number }[] {
    const found = this.streams.get(this.key(body));
    if (found === undefined)
      throw new Fault('ResourceNotFoundException', 'The specified log stream does not exist.');
    return found;
  }
}

interface TaskDefinition {
  readonly family: string;
  readonly revision: number;
  readonly containerDefinitions: readonly { readonly name: string; readonly image: string }[];
  readonly tags: unknown;
}

/** Revisions of task definitions, and a service. */
export class Revisions {
  readonly all: TaskDefinition[] = [];
  service: string;
  /** Called with each new revision. */
  onRegister: (images: readonly string[]) => void = () => {};

  constructor(
    private readonly family: string,
    image: Readonly<Record<string, string>>,
  ) {
    this.register({
      family,
      containerDefinitions: Object.entries(image).map(([name, reference]) => ({ name, image: reference })),
      tags: [{ key: 'team', value: 'shells' }],
    });
    this.service = this.arn(1);
  }

  readonly actions: JsonActions = {
    'AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition': (body) => {
      const { tags, ...taskDefinition } = this.find(text(body, 'taskDefinition'));
      const revision = taskDefinition.revision;
      return {
        taskDefinition: {
          ...taskDefinition,
          taskDefinitionArn: this.arn(revision),
          status: 'ACTIVE',
          requiresAttributes: [],
        },
        tags: (body['include'] as string[] | undefined)?.includes('TAGS') ? tags : [],
      };
    },
    'AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition': (body) => {
      const containers = body['containerDefinitions'];
      if (!Array.isArray(containers) || containers.length === 0)
        throw new Fault('ClientException', 'Container list cannot be empty.');
      const revision = this.register(body);
      return { taskDefinition: { family: this.family, revision, taskDefinitionArn: this.arn(revision) } };
    },
    'AmazonEC2ContainerServiceV20141113.DescribeServices': () => ({
      services: [{ serviceName: 'shell', status: 'ACTIVE', taskDefinition: this.service }],
      failures: [],
    }),
    'AmazonEC2ContainerServiceV20141113.UpdateService': (body) => {
      this.service = this.arn(this.find(text(body, 'taskDefinition')).revision);
      return { service: { serviceName: 'shell', taskDefinition: this.service } };
    },
  };

  get latest(): TaskDefinition {
    return this.find(this.family);
  }

  register(body: Body): number {
    const revision = this.all.length + 1;
    const { tags, ...definition } = body as Body & TaskDefinition;
    this.all.push({ ...definition, family: this.family, revision, tags });
    this.onRegister(definition.containerDefinitions.map(({ image }) => image));
    return revision;
  }

  private arn(revision: number): string {
    return `arn:aws:ecs:eu-central-1:111111111111:task-definition/${this.family}:${revision}`;
  }

  private find(name: string): TaskDefinition {
    const revision = /:(\d+)$/.exec(name)?.[1];
    const found =
      revision === undefined
        ? name.endsWith(this.family) && this.all.at(-1)
        : this.all.find((definition) => definition.revision === Number(revision));
    if (!found) throw new Fault('ClientException', 'Unable to describe task definition.');
    return found;
  }
}

/** A repository of images of one platform, each behind an index; the digest of the index is what a reference has. */
export class Repository {
  /** Digests that were taken away. */
  readonly withdrawn = new Set<string>();

  constructor(private readonly sizeBytes: number) {}

  readonly actions: JsonActions = {
    'AmazonEC2ContainerRegistry_V20150921.BatchGetImage': (body) => {
      const [{ imageDigest } = { imageDigest: '' }] = body['imageIds'] as { imageDigest: string }[];
      if (this.withdrawn.has(imageDigest))
        return { images: [], failures: [{ failureCode: 'ImageNotFound', imageId: { imageDigest } }] };
      const child = imageDigest.replace(/.$/, 'e');
      const manifest =
        imageDigest === child
          ? { config: { digest: imageDigest }, layers: [{ digest: imageDigest, size: this.sizeBytes }] }
          : { manifests: [{ digest: child, platform: { os: 'linux', architecture: 'arm64' } }] };
      return {
        images: [{ imageId: { imageDigest }, imageManifest: JSON.stringify(manifest) }],
        failures: [],
      };
    },
  };
}
