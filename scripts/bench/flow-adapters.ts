import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { DynamoPopStore } from '../../lambdas/prewarm/aws/pop-store';
import { DynamoRequestStore } from '../../lambdas/prewarm/aws/request-store';
import { DynamoSliceLedger } from '../../lambdas/prewarm/aws/slice-ledger';
import { SqsTaskQueue } from '../../lambdas/prewarm/aws/task-queue';
import { type PopCode, popCode, requestId } from '../../lambdas/prewarm/engine/model/ids';
import type { RequestRecord } from '../../lambdas/prewarm/engine/model/request';
import { emptyTally } from '../../lambdas/prewarm/engine/model/tally';
import type { Log } from '../../lambdas/prewarm/engine/ports/log';
import { systemClock as clock } from '../../lambdas/prewarm/runtime/clock';
import { DOMAIN } from './edges';
import { queueUrl, TABLES } from './fake-aws';

/** Job of a process that measures one step of the flow. */
export const flowJob = z.object({
  endpoint: z.string(),
  urls: z.number(),
  pops: z.number(),
  instances: z.number(),
});
export type FlowJob = z.infer<typeof flowJob>;

/** Result that such a process prints. */
export const flowRound = z.object({
  seconds: z.number(),
  /** Processor time of the step, user and system. */
  cpuSeconds: z.number(),
  /** Of the whole process. */
  peakMib: z.number(),
  slices: z.number(),
  queueCalls: z.number(),
  tableWrites: z.number(),
  tableWriteCalls: z.number(),
  tableReadCalls: z.number(),
});
export type FlowRound = z.infer<typeof flowRound>;

export const RETENTION_DAYS = 30;

export const silent: Log = {
  info: () => {},
  warn: () => {},
  error: (event, fields) => process.stderr.write(`${event} ${JSON.stringify(fields)}\n`),
};

/** The adapters of the functions, against the fake. */
export function openAdapters(endpoint: string) {
  const config = { endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' } };
  const client = new DynamoDBClient(config);
  const tables = { ...TABLES, retentionDays: RETENTION_DAYS, clock };
  const requests = new DynamoRequestStore(client, { ...tables, table: TABLES.requestTable });
  const url = queueUrl(endpoint);
  return {
    requests,
    pops: new DynamoPopStore(client, { ...tables, table: TABLES.popTable }),
    ledger: new DynamoSliceLedger(client, requests, tables),
    queue: new SqsTaskQueue(new SQSClient(config), { url, deadLetterUrl: url, log: silent }),
  };
}

export function popCodes(count: number): PopCode[] {
  return Array.from({ length: count }, (_, index) => popCode(`FRA${index + 1}-P1`));
}

/** A request as it was accepted just now. */
export function newRequest({ urls, pops, instances }: FlowJob): RequestRecord {
  return {
    id: requestId('00000000-0000-4000-8000-000000000000'),
    spec: {
      distributionDomain: DOMAIN,
      cfDomain: DOMAIN,
      aliases: [],
      pops: popCodes(pops),
      headers: [],
      encodings: ['browser'],
      verify: 'none',
      skipWarm: false,
      needInvalidate: false,
      instanceCount: instances,
      timeoutMinutes: 60,
      sources: [],
    },
    status: 'CREATED',
    createdAt: clock.now(),
    timeoutAt: clock.now() + 3_600_000,
    updatedAt: clock.now(),
    acceptedUrlCount: urls,
    urlBytes: 0,
    failedUrlCount: 0,
    progress: emptyTally(),
    countedSlices: 0,
    reported: false,
  };
}

/** Runs a step and returns its duration and processor time. */
export async function timed(step: () => Promise<void>): Promise<{ seconds: number; cpuSeconds: number }> {
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  await step();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Main function of a measuring process: reads its job from the command line, prints its result to standard output. */
export function runProcess(measure: (job: FlowJob) => Promise<Omit<FlowRound, 'peakMib'>>): void {
  measure(flowJob.parse(JSON.parse(process.argv[2] ?? ''))).then(
    (round) => {
      const peakMib = process.resourceUsage().maxRSS / 1024;
      process.stdout.write(JSON.stringify({ ...round, peakMib } satisfies FlowRound));
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
