import { gunzipSync } from 'node:zlib';
import {
  type AutoScalingClient,
  type AutoScalingGroup,
  type Instance,
  paginateDescribeWarmPool,
} from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { visibleJson, visibleText } from '../../../lambdas/prewarm/engine/model/visible-text';
import { FAILED } from '../exit-codes';
import { type Paint, paintFor } from '../terminal/paint';
import { renderTable, terminalWidth } from '../terminal/table';
import { findGroup, templateOf } from './auto-scaling-group';
import { checkDisks, checkReferences } from './disk-check';
import {
  goesOnAfterFailure,
  imagesInUserData,
  isReady,
  judgeInstance,
  type PooledInstance,
  type TemplateImages,
  type Verdict,
} from './instance-images';
import { VERIFY_SCHEMA } from './json-documents';

export interface VerifyClients {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
}

export interface VerifyOptions {
  readonly group: string;
  /** What must be there. @default what the group's launch template asks for */
  readonly images?: readonly string[];
  readonly json: boolean;
}

function decode(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Images that each version of the template asks for, read once per version. */
function templateImages(ec2: EC2Client, id: string): (version: string) => Promise<TemplateImages> {
  const known = new Map<string, Promise<TemplateImages>>();
  async function read(version: string): Promise<TemplateImages> {
    const { LaunchTemplateVersions = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] }),
    );
    const userData = decode(LaunchTemplateVersions[0]?.LaunchTemplateData?.UserData ?? '');
    return { images: imagesInUserData(userData), goesOnAfterFailure: goesOnAfterFailure(userData) };
  }
  return (version) => {
    const images = known.get(version) ?? read(version);
    known.set(version, images);
    return images;
  };
}

function pooled(instances: readonly Instance[]): PooledInstance[] {
  return instances.flatMap(({ InstanceId, LifecycleState, LaunchTemplate }) =>
    InstanceId === undefined
      ? []
      : [
          {
            id: InstanceId,
            lifecycleState: LifecycleState ?? 'unknown',
            templateVersion: LaunchTemplate?.Version ?? '$Default',
          },
        ],
  );
}

async function instancesOf(client: AutoScalingClient, group: AutoScalingGroup): Promise<PooledInstance[]> {
  const found = pooled(group.Instances ?? []);
  if (!group.WarmPoolConfiguration) return found;
  const pages = paginateDescribeWarmPool({ client }, { AutoScalingGroupName: group.AutoScalingGroupName });
  for await (const { Instances = [] } of pages) found.push(...pooled(Instances));
  return found;
}

function mayAnswer({ lifecycleState }: PooledInstance): boolean {
  return lifecycleState === 'InService' || lifecycleState === 'Warmed:Running';
}

function sentenceOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'on-disk':
      return 'on disk (asked)';
    case 'by-template':
      return 'on disk (its template, and it left the hook)';
    case 'outdated':
      return `outdated: its template wants ${verdict.images.join(', ') || 'no image'}; start a refresh`;
    case 'missing':
      return `missing: ${verdict.images.join(', ')}`;
    case 'unproven':
      return 'not known: it could not be asked, and its template goes on after a failed pull';
    case 'pending':
      return 'still launching';
  }
}

function colourOf(verdict: Verdict, paint: Paint): (text: string) => string {
  return isReady(verdict) ? paint.green : verdict.kind === 'pending' ? paint.yellow : paint.red;
}

/** Tells for every instance of a group and its warm pool whether the wanted images are on it. Returns the exit code. */
export async function verify(clients: VerifyClients, options: VerifyOptions): Promise<number> {
  checkReferences(options.images ?? []);
  const group = await findGroup(clients.autoScaling, options.group);
  const template = templateOf(group);
  const imagesOf = templateImages(clients.ec2, template.id);
  const wanted = options.images ?? (await imagesOf(template.version)).images;
  if (wanted.length === 0)
    throw new Error(`the launch template of ${options.group} asks for no image; name one with --image`);
  const instances = await instancesOf(clients.autoScaling, group);
  const askable = instances.filter(mayAnswer).map(({ id }) => id);
  const disks = await checkDisks(clients.ssm, askable, wanted);
  const judged = await Promise.all(
    instances.map(async (instance) => ({
      ...instance,
      verdict: judgeInstance(
        instance,
        wanted,
        await imagesOf(instance.templateVersion),
        disks.get(instance.id) ?? { kind: 'silent' },
      ),
    })),
  );
  const ready = judged.filter(({ verdict }) => isReady(verdict)).length;
  if (options.json) {
    process.stdout.write(
      `${visibleJson({ schema: VERIFY_SCHEMA, group: options.group, images: wanted, ready, instances: judged })}\n`,
    );
  } else {
    const paint = paintFor(process.stdout);
    const rows = judged.map(({ id, lifecycleState, templateVersion, verdict }) => [
      id,
      lifecycleState,
      templateVersion,
      { text: sentenceOf(verdict), paint: colourOf(verdict, paint) },
    ]);
    const columns = [
      { title: 'instance' },
      { title: 'state' },
      { title: 'template', dropOrder: 1 },
      { title: 'images' },
    ];
    process.stdout.write(
      `${renderTable(columns, rows, { header: paint.bold, width: terminalWidth(process.stdout) }).join('\n')}\n`,
    );
    process.stdout.write(`${ready} of ${judged.length} ready: ${visibleText(wanted.join(', '))}\n`);
  }
  return ready === judged.length ? 0 : FAILED;
}
