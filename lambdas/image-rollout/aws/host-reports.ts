/** What hosts last said is on their disks: a line in the log stream of each, which also outlives those that sleep. */
import {
  type CloudWatchLogsClient,
  GetLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import * as z from 'zod/mini';
import type { Host } from '../plan/state';

export type HostReport = Pick<Host, 'held' | 'generation' | 'failed'>;

/** Of the lines that a host sends, those that say what it holds; a boot that still tries says nothing of it. */
const reportLine = z.object({ generation: z.int(), held: z.string(), failed: z.string() });

const NOTHING_SAID: HostReport = { held: [], generation: 0, failed: {} };
const LINES = 25;
/** Far below the 25 calls a second that an account may make. */
const AT_ONCE = 5;

function entries(list: string): string[] {
  return list.split(',').filter((entry) => entry !== '');
}

/** Returns what a line says of the disk; `undefined` for other lines. */
export function parseReport(message: string): HostReport | undefined {
  let json: unknown;
  try {
    json = JSON.parse(message);
  } catch {
    return undefined;
  }
  const parsed = reportLine.safeParse(json);
  if (!parsed.success) return undefined;
  const { generation, held, failed } = parsed.data;
  return {
    generation,
    held: entries(held),
    failed: Object.fromEntries(
      entries(failed).map((entry) => {
        const at = entry.lastIndexOf('=');
        return [entry.slice(0, at), entry.slice(at + 1)];
      }),
    ),
  };
}

async function lastReport(client: CloudWatchLogsClient, logGroup: string, id: string): Promise<HostReport> {
  try {
    const { events = [] } = await client.send(
      new GetLogEventsCommand({
        logGroupName: logGroup,
        logStreamName: id,
        startFromHead: false,
        limit: LINES,
      }),
    );
    const reports = events.flatMap(({ message = '' }) => parseReport(message) ?? []);
    return reports.at(-1) ?? NOTHING_SAID;
  } catch (error) {
    // A host that has yet to say its first line.
    if (error instanceof ResourceNotFoundException) return NOTHING_SAID;
    throw error;
  }
}

/** Returns the last report of each host. */
export async function readReports(
  client: CloudWatchLogsClient,
  logGroup: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, HostReport>> {
  const reports = new Map<string, HostReport>();
  const waiting = [...ids];
  async function readSome(): Promise<void> {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift())
      reports.set(id, await lastReport(client, logGroup, id));
  }
  await Promise.all(Array.from({ length: AT_ONCE }, readSome));
  return reports;
}
