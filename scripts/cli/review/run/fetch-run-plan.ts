import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { BadInput } from '../../bad-input';
import { HcpClient, HcpError } from '../../hcp/hcp-client';
import { findHcpToken, hostForComparison } from '../../hcp/hcp-token';
import { parseAnswer } from '../../hcp/parse-answer';
import { type Pause, poll, statusTeller } from '../../hcp/poll';
import type { JsonValue } from '../model/json-value';
import { archivedFiles } from './archived-file';

/** The plan of a run, and the workspace that it belongs to. */
export interface RunPlan {
  readonly workspace: string;
  readonly document: Buffer;
  /** The synthesized stack that was planned; absent where it cannot be downloaded, or is none of cdktf. */
  readonly configuration?: JsonValue;
}

export const DEFAULT_HOST = 'app.terraform.io';

const runAnswer = z.object({
  data: z.object({
    attributes: z.object({ status: z.string() }),
    relationships: z.object({
      plan: z.object({ data: z.object({ id: z.string() }) }),
      'configuration-version': z.object({ data: z.object({ id: z.string() }).nullish() }).nullish(),
    }),
  }),
  included: z
    .array(z.object({ type: z.string(), attributes: z.object({ name: z.string().optional() }).optional() }))
    .optional(),
});

const planAnswer = z.object({ data: z.object({ attributes: z.object({ status: z.string() }) }) });

const UNDERWAY = new Set(['pending', 'managed_queued', 'queued', 'running', 'created']);
const POLL_MS = 2_000;
/** An hour: a run may wait for its turn behind others of the workspace. */
const MAX_POLLS = 1_800;
const MAX_OUTPUT_POLLS = 60;

/**
 * Returns the plan of a run as JSON; waits for it while it is underway. Where the token may not read the whole, the redacted
 * form is taken.
 *
 * @throws BadInput for a run that has no plan; HcpError where the API refuses
 */
export async function fetchRunPlan(runId: string, host = DEFAULT_HOST): Promise<RunPlan> {
  const name = hostForComparison(host);
  if (!/^[a-z0-9.-]+(?::\d{1,5})?$/.test(name) || !/^[^/?#@\s]+$/.test(host))
    throw new BadInput(
      `--hostname: got ${JSON.stringify(host.slice(0, 100))}; allowed a host name such as ${DEFAULT_HOST}`,
    );
  return readRunPlan(new HcpClient({ origin: `https://${name}`, token: findHcpToken(name) }), runId);
}

/** As {@link fetchRunPlan}, with a client. `pause` waits between questions. */
export async function readRunPlan(client: HcpClient, runId: string, pause: Pause = wait): Promise<RunPlan> {
  if (!/^run-[A-Za-z0-9]+$/.test(runId))
    throw new BadInput(
      `--run: got ${JSON.stringify(runId.slice(0, 100))}; allowed the id of a run, such as run-CZcmD7eagjhyX0vN`,
    );
  const run = parseAnswer(runAnswer, await client.json('GET', `/runs/${runId}?include=workspace`), 'the run');
  const planId = run.data.relationships.plan.data.id;
  if (!/^[\w-]+$/.test(planId)) throw new HcpError('the run names no plan', 200);
  await waitForPlan(client, planId, pause);
  const workspace = run.included?.find(({ type }) => type === 'workspaces')?.attributes?.name ?? runId;
  const document = await readOutput(client, planId, pause);
  const versionId = run.data.relationships['configuration-version']?.data?.id;
  const configuration = versionId === undefined ? undefined : await readConfiguration(client, versionId);
  return { workspace, document, ...(configuration !== undefined && { configuration }) };
}

async function waitForPlan(client: HcpClient, planId: string, pause: Pause): Promise<void> {
  const late = 'the plan of this run did not end within an hour; review it later';
  const tell = statusTeller('the plan', {
    pending: 'the run waits for its turn behind others of its workspace, or the workspace is locked',
  });
  await poll({ pause, everyMs: POLL_MS, maxPolls: MAX_POLLS, late }, async () => {
    const { status } = parseAnswer(planAnswer, await client.json('GET', `/plans/${planId}`), 'the plan').data
      .attributes;
    if (status === 'finished') return true;
    if (!UNDERWAY.has(status))
      throw new BadInput(
        `the plan of this run is ${status}: there is nothing to review; look at the run, and start a new one`,
      );
    tell(status);
    return undefined;
  });
}

async function readOutput(client: HcpClient, planId: string, pause: Pause): Promise<Buffer> {
  let path = `/plans/${planId}/json-output`;
  for (let asked = 0; asked < MAX_OUTPUT_POLLS; asked += 1) {
    const response = await client.request('GET', path);
    // Only administrators of the workspace may read the whole; 404 says the same as not allowed.
    if ((response.status === 404 || response.status === 403) && !path.endsWith('-redacted')) {
      path = `${path}-redacted`;
      continue;
    }
    if (response.status === 422)
      throw new BadInput(
        'this run was planned by a Terraform too old for plan JSON; plan it with 0.15.2 or later',
      );
    if (response.status === 204) {
      await pause(POLL_MS);
      continue;
    }
    if (response.status < 300 || response.status >= 400 || response.location === undefined) {
      client.checkStatus(response, path);
      return response.body;
    }
    // The link lives for a minute. One that has expired is asked for again.
    const document = await client.follow(response.location);
    if (document.status === 200) return document.body;
    await pause(POLL_MS);
  }
  throw new HcpError('the JSON of this plan did not come; try again later', 0);
}

/** The review is written without construct paths where the token may not read the configuration: they are a help only. */
async function readConfiguration(client: HcpClient, versionId: string): Promise<JsonValue | undefined> {
  if (!/^[\w-]+$/.test(versionId)) return undefined;
  try {
    const answer = await client.request('GET', `/configuration-versions/${versionId}/download`);
    const archive = answer.location === undefined ? answer : await client.follow(answer.location);
    if (archive.status !== 200) return undefined;
    const found = [...((await archivedFiles(archive.body, 'cdk.tf.json'))?.values() ?? [])];
    const [only] = found;
    // Of several stacks in one upload, nothing here says which one was planned.
    return only !== undefined && found.length === 1 ? JSON.parse(only.toString('utf8')) : undefined;
  } catch {
    return undefined;
  }
}
