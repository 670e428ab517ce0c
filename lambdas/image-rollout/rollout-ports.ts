/** What a pass needs of AWS: to see everything, and to do one step. */
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { ECRClient } from '@aws-sdk/client-ecr';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { putPool } from '../warm-pool/aws/pool';
import type { PoolSizes } from '../warm-pool/plan/pool-plan';
import { poolSizing, type Sizing } from '../warm-pool/sizing';
import { readGroup, retireFromPool } from './aws/group';
import { readReports } from './aws/host-reports';
import { checkImage } from './aws/image-check';
import { readDocument, writeDocument } from './aws/parameters';
import { latestRevision, registerCopy, serviceRevision, updateService } from './aws/revisions';
import {
  formatImagesDocument,
  type ImagesDocument,
  parseImagesDocument,
  parseWantedDocument,
  type Reference,
  type WantedImages,
} from './plan/documents';
import {
  DEFAULT_POLICY,
  type RolloutPolicy,
  type RolloutPool,
  type RolloutState,
  type Step,
} from './plan/state';
import type { ParsedRolloutSettings } from './settings';

export interface RolloutClients {
  readonly autoScaling: AutoScalingClient;
  readonly cloudWatch: CloudWatchClient;
  readonly ecr: ECRClient;
  readonly ecs: ECSClient;
  readonly logs: CloudWatchLogsClient;
  readonly ssm: SSMClient;
}

export interface RolloutPorts {
  /** @param instead what would be wanted, for a look at what that would do; `isNew`: as a generation that nobody has taken up */
  observe(instead?: WantedImages, isNew?: boolean): Promise<RolloutState>;
  /**
   * Does a step that the state was the reason for.
   * @returns what it has to wait for where it cannot be done now
   */
  act(step: Step, state: RolloutState): Promise<string | undefined>;
}

export function policyOf(settings: ParsedRolloutSettings): RolloutPolicy {
  return {
    ...DEFAULT_POLICY,
    readyPercent: settings.READY_PERCENT,
    waveBytes: settings.WAVE_BYTES,
    hostsTimeoutSeconds: settings.HOSTS_TIMEOUT_SECONDS,
    launchTimeoutSeconds: settings.LAUNCH_TIMEOUT_SECONDS,
    pool: settings.POOL_RENEWAL,
    previousSeconds: settings.PREVIOUS_SECONDS,
  };
}

function poolOf(now: PoolSizes, { sizes: normal, ...decided }: Sizing): RolloutPool {
  return { now, normal, ...decided };
}

/** Images whose registry has to be asked: those that are to come, not those that hosts run. */
function toCheck(wanted: readonly Reference[], { images }: ImagesDocument): Reference[] {
  const currents = Object.values(images).map(({ current }) => current);
  const nexts = Object.values(images).flatMap(({ next }) => next ?? []);
  return [...new Set([...wanted, ...nexts])].filter((reference) => !currents.includes(reference));
}

/** Both documents as they are now. */
export async function readDocuments(
  ssm: SSMClient,
  settings: ParsedRolloutSettings,
): Promise<Pick<RolloutState, 'wanted' | 'images'>> {
  const [wanted, images] = await Promise.all([
    readDocument(ssm, settings.WANTED_PARAMETER, parseWantedDocument),
    readDocument(ssm, settings.IMAGES_PARAMETER, parseImagesDocument),
  ]);
  return { wanted, images };
}

export function awsPorts(clients: RolloutClients, settings: ParsedRolloutSettings): RolloutPorts {
  const { autoScaling, cloudWatch, ecr, ecs, logs, ssm } = clients;
  const { CLUSTER: cluster, GROUP: group, SERVICE: service, TASK_FAMILY: family } = settings;
  const sizingAt = poolSizing(cloudWatch, settings);
  const needs = { platform: settings.PLATFORM, limitBytes: settings.IMAGE_LIMIT_BYTES };

  async function observe(instead?: WantedImages, isNew = false): Promise<RolloutState> {
    const { wanted: written, images } = await readDocuments(ssm, settings);
    const wanted =
      instead === undefined
        ? written
        : { generation: written.generation + (isNew ? 1 : 0), document: instead };
    const { hosts, pool } = await readGroup(autoScaling, group);
    const staying = hosts.filter(({ place }) => place !== 'leaving').map(({ id }) => id);
    const nowSeconds = Math.floor(Date.now() / 1000);
    const [reports, revision, serviceRuns, sizing, checks] = await Promise.all([
      readReports(logs, settings.PREPULL_LOG_GROUP, staying),
      family === '' ? undefined : latestRevision(ecs, family),
      service === '' ? undefined : serviceRevision(ecs, { cluster, service, family }),
      sizingAt?.(nowSeconds),
      Promise.all(
        toCheck(Object.values(wanted.document), images.document).map(
          async (reference) => [reference, await checkImage(ecr, reference, needs)] as const,
        ),
      ),
    ]);
    return {
      nowSeconds,
      wanted,
      images,
      hosts: hosts.map((host) => ({
        ...host,
        ...(reports.get(host.id) ?? { held: [], generation: 0, failed: {} }),
      })),
      revision,
      serviceRevision: serviceRuns,
      checks: Object.fromEntries(checks),
      pool: pool === undefined || sizing === undefined ? undefined : poolOf(pool, sizing),
    };
  }

  function write(document: ImagesDocument): Promise<number> {
    return writeDocument(ssm, settings.IMAGES_PARAMETER, formatImagesDocument(document));
  }

  async function act(step: Step): Promise<string | undefined> {
    switch (step.kind) {
      case 'publish':
        await write(step.document);
        return undefined;
      case 'size-pool':
        return (await putPool(autoScaling, group, step.sizes, settings.POOL_STATE || 'Stopped'))
          ? undefined
          : 'an instance refresh, which lets nobody size the pool';
      case 'retire':
        await write(step.document);
        await retireFromPool(autoScaling, group, step.ids);
        return undefined;
      case 'register':
        await registerCopy(ecs, family, step.images);
        return undefined;
      case 'serve':
        await updateService(ecs, { cluster, service, family, revision: step.revision });
        await write(step.document);
        return undefined;
      case 'wait':
      case 'done':
        return undefined;
    }
  }

  return {
    observe,
    act: async (step, seen) => {
      if (step.kind === 'wait' || step.kind === 'done') return undefined;
      // Looking took a while: what was published or asked for meanwhile is looked at in the next pass.
      return (await isStill(seen)) ? act(step) : undefined;
    },
  };

  async function isStill({ wanted, images }: RolloutState): Promise<boolean> {
    const now = await readDocuments(ssm, settings);
    return now.wanted.generation === wanted.generation && now.images.generation === images.generation;
  }
}
