import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { AutoScalingClient, SetInstanceProtectionCommand } from '@aws-sdk/client-auto-scaling';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { S3BlobStore } from '../../aws/blob-store';
import { HeaderCipher } from '../../aws/header-cipher';
import { SqsTaskQueue } from '../../aws/task-queue';
import { giveUpSlice } from '../../engine/flow/dead-slice';
import { handoverInBlobs } from '../../engine/flow/slice-handover';
import { DEFAULT_WARM_LIMITS } from '../../engine/warming/warm-limits';
import { createTransport } from '../../net/transport';
import { agentSettings, readSettings } from '../../settings';
import { keepHeapSmall } from '../../worker/small-heap';
import { openWarmPool } from '../../worker/warm-pool';
import { openEdges } from '../edges';
import { clock, log, openTables } from '../runtime';
import { Agent } from './agent';
import { AgentQueue } from './agent-queue';
import { InstanceMetadata, metadataEndpoint } from './instance-metadata';
import { ScaleInProtection } from './scale-in-protection';

/** Receives that fail one after the other: about five minutes, with the pauses between them. */
const MAX_RECEIVE_FAILURES = 60;
/** A slice that waits for a slow edge leaves room for others. */
const SLICES_PER_THREAD = 4;

function broken(cause: unknown): never {
  log.error('agent-broken', {
    error: String(cause),
    stack: cause instanceof Error ? cause.stack : undefined,
  });
  // systemd starts it again.
  process.exit(1);
}

/** Returns the instance this runs on; nothing on a machine that is none. */
async function openInstance(
  groupName: string,
): Promise<{ protection?: ScaleInProtection; isInterrupted?: () => Promise<boolean> }> {
  const endpoint = metadataEndpoint(process.env);
  if (endpoint === undefined) return {};
  const metadata = new InstanceMetadata(endpoint, () => clock.monotonicMs());
  const instanceId = await metadata.instanceId();
  if (instanceId === undefined) return {};
  const autoScaling = new AutoScalingClient({});
  return {
    isInterrupted: () => metadata.isInterrupted(),
    protection: new ScaleInProtection({
      log,
      set: async (ProtectedFromScaleIn) => {
        await autoScaling.send(
          new SetInstanceProtectionCommand({
            AutoScalingGroupName: groupName,
            InstanceIds: [instanceId],
            ProtectedFromScaleIn,
          }),
        );
      },
    }),
  };
}

async function main(): Promise<void> {
  const settings = readSettings(agentSettings, process.env);
  const { ca, edgePort } = openEdges(settings);
  const cipher = new HeaderCipher(new KMSClient({}), settings.HEADERS_KEY_ARN);
  const { requests, ledger } = openTables(settings, {
    headers: { open: (id, sealed) => cipher.open(id, sealed) },
  });
  const blobs = new S3BlobStore(new S3Client({}), settings.BUCKET);
  const handover = handoverInBlobs(blobs);
  const transport = createTransport(ca === undefined ? {} : { ca });
  const threads = settings.WORKERS === undefined ? availableParallelism() : Number(settings.WORKERS);
  const { total } = DEFAULT_WARM_LIMITS;
  // A PoP is spared whatever the machine; what goes through all of them together grows with it.
  const limits = { ...DEFAULT_WARM_LIMITS, total: { ...total, ceiling: total.ceiling * threads } };
  const pool = openWarmPool({ limits, clock, transport, ca, edgePort, threads });
  const tasks = new SqsTaskQueue(new SQSClient({}), {
    url: settings.QUEUE_URL,
    deadLetterUrl: settings.DEAD_LETTER_QUEUE_URL,
    log,
  });
  const queue = new AgentQueue(tasks, {
    maxDeliveries: Number(settings.MAX_DELIVERIES),
    giveUp: (slice) => giveUpSlice({ requests, blobs, ledger, handover, clock, log }, slice),
    maxFailures: MAX_RECEIVE_FAILURES,
    onBroken: broken,
    log,
  });
  const agent = new Agent({
    requests,
    blobs,
    ledger,
    handover,
    queue,
    clock,
    log,
    warm: pool.warm,
    slots: () => threads * SLICES_PER_THREAD,
    visibilitySeconds: Number(settings.VISIBILITY_SECONDS),
    ...(await openInstance(settings.GROUP_NAME)),
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => agent.stop(signal));
  await agent.run();
  await pool.close();
  await transport.close();
}

// The threads of the pool start from this same file.
if (isMainThread) {
  keepHeapSmall();
  main().then(() => process.exit(0), broken);
}
