import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as z from 'zod';
import { COUNTS, type FakeAwsCounts, type FakeAwsOptions, PRELOAD } from './fake-aws-process';
import type { TableWrite } from './fake-tables';

/** Names of the fake's tables, and its queue. */
export const TABLES = { requestTable: 'requests', popTable: 'pops', taskTable: 'tasks' } as const;
export function queueUrl(endpoint: string): string {
  return `${endpoint}/000000000000/tasks`;
}

export interface FakeAws {
  readonly endpoint: string;
  close(): Promise<void>;
}

const started = z.object({ port: z.number() });

/** A queue and tables on loopback in a process of their own, every call of which takes so long. */
export async function startFakeAws(latencyMs: number): Promise<FakeAws> {
  const child = fork(require.resolve('./fake-aws-process.ts'), {
    execArgv: ['-r', require.resolve('tsx/cjs')],
  });
  const sortKeys = { [TABLES.popTable]: 'pop', [TABLES.taskTable]: 'slice_id' };
  child.send({ latencyMs, sortKeys } satisfies FakeAwsOptions);
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the queue and tables of the bench did not start; see the line above');
    }),
  ]);
  return {
    endpoint: `http://127.0.0.1:${started.parse(message).port}`,
    close: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

async function call(endpoint: string, operation: string, body: object): Promise<unknown> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'x-amz-target': operation },
    body: JSON.stringify(body),
  });
  return answer.json();
}

/** Writes rows without delay and without counting them. */
export async function preload(endpoint: string, rows: readonly TableWrite[]): Promise<void> {
  await call(endpoint, PRELOAD, { rows });
}

const counts = z.object({
  queueCalls: z.number(),
  messages: z.number(),
  tableWrites: z.number(),
  tableWriteCalls: z.number(),
  tableReadCalls: z.number(),
}) satisfies z.ZodType<FakeAwsCounts>;

/** Returns the calls since the previous question. */
export async function takeCounts(endpoint: string): Promise<FakeAwsCounts> {
  return counts.parse(await call(endpoint, COUNTS, {}));
}
