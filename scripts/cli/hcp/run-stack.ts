import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { BadInput } from '../bad-input';
import { setStepOutput, writeSummary } from '../ci/job-summary';
import { writeReview } from '../ci/review-files';
import { FAILED } from '../exit-codes';
import { checkExpectation, type Expectation, readExpectation } from '../review/expectation';
import { type SecretOptions, secretsOfFile } from '../review/policy/policy';
import { reviewFingerprint } from '../review/render/from-json';
import type { Review } from '../review/render/review';
import { readRunPlan } from '../review/run/fetch-run-plan';
import { reviewRunPlan } from '../review/run-review';
import { archiveStack } from './archive-stack';
import { type HcpClient, HcpError } from './hcp-client';
import { parseAnswer } from './parse-answer';
import { type Pause, poll, statusTeller } from './poll';
import { uploadConfiguration } from './upload-configuration';
import { workspaceId } from './workspace-id';
import { hcpClient, type WantedWorkspace, wantedWorkspaces } from './workspaces';

export interface RunRequest {
  readonly stack: string;
  readonly out: string;
  /** Plan only, as for a pull request. */
  readonly isSpeculative: boolean;
  /** Fingerprint of the review that was approved, or its JSON file: the run is applied where it is that plan, and discarded otherwise. */
  readonly expect?: string;
  /** @default - `warmpath` */
  readonly message?: string;
  /** Policy file whose secrets are masked: the one of the review that is expected. */
  readonly policy?: string;
  /** Folder that the review is written to, as `STACK.json`. @default - it is not written */
  readonly reviews?: string;
}

interface RunState {
  readonly status: string;
  readonly isConfirmable: boolean;
  readonly isDiscardable: boolean;
}

const runAnswer = z.object({
  data: z.object({
    id: z.string().regex(/^run-[A-Za-z0-9]+$/),
    attributes: z.object({
      status: z.string(),
      actions: z
        .object({ 'is-confirmable': z.boolean().optional(), 'is-discardable': z.boolean().optional() })
        .optional(),
    }),
  }),
});

const POLL_MS = 2_000;
/** An hour: policies, cost estimates and the apply itself take their time. */
const MAX_POLLS = 1_800;

/** A saved plan waits for its confirmation. */
const PLANNED = new Set(['planned_and_finished', 'planned_and_saved']);
/** Somebody else has confirmed the run. */
const CONFIRMED = new Set(['confirmed', 'apply_queued', 'applying', 'applied']);
const WAITS_FOR: Readonly<Record<string, string>> = {
  pending: 'it waits for its turn behind others of its workspace, or the workspace is locked',
  policy_override: 'it waits until somebody overrides the policy, or discards it',
};
const ENDED_BADLY = new Set(['errored', 'canceled', 'force_canceled', 'discarded', 'policy_soft_failed']);

/**
 * Runs a synthesized stack in its workspace from here: uploads it, plans it there, and writes the review of that plan. Returns
 * the exit code.
 */
export async function runStackInHcp(request: RunRequest): Promise<number> {
  const expectation = request.expect === undefined ? undefined : readExpectation(request.expect);
  const secrets = secretsOfFile(request.policy);
  if (expectation !== undefined && request.isSpeculative)
    throw new BadInput(
      'got --speculative and --expect; allowed one of them: a speculative run is never applied',
    );
  const workspace = wantedWorkspaces(request.out).find(({ stack }) => stack === request.stack);
  if (workspace === undefined)
    throw new BadInput(
      `--stack ${JSON.stringify(request.stack)}: no stack in ${request.out} that keeps its state in HCP Terraform; run npm run synth first, or correct the name`,
    );
  return runStack(hcpClient(workspace.hostname), workspace, { ...request, secrets }, expectation);
}

/** As {@link runStackInHcp}, with a client. `pause` waits between questions. */
export async function runStack(
  client: HcpClient,
  workspace: WantedWorkspace,
  request: RunRequest & { readonly secrets?: SecretOptions },
  expectation: Expectation | undefined,
  pause: Pause = wait,
): Promise<number> {
  const id = await workspaceId(client, workspace.organization, workspace.name);
  const archive = await archiveStack(join(request.out, 'stacks', request.stack));
  const upload = { workspaceId: id, archive, isSpeculative: request.isSpeculative };
  const versionId = await uploadConfiguration(client, upload, pause);
  const runId = await createRun(client, id, versionId, request);
  const { hostname, organization, name } = workspace;
  process.stderr.write(
    `warmpath: ${request.stack} runs as https://${hostname}/app/${organization}/workspaces/${name}/runs/${runId}\n`,
  );
  const stack = {
    ...reviewRunPlan(runId, await readRunPlan(client, runId, pause), request.secrets),
    name: request.stack,
  };
  const fingerprint = reviewFingerprint([stack]);
  const result = expectation && checkExpectation(expectation, [stack], fingerprint);
  const review: Review = { stacks: [stack], fingerprint, ...(result && { expectation: result }) };
  if (request.reviews !== undefined) writeReview(join(request.reviews, `${request.stack}.json`), review);
  writeSummary(review);
  setStepOutput('fingerprint', fingerprint);
  if (result === undefined) {
    if (!request.isSpeculative)
      process.stderr.write(
        `warmpath: ${runId} waits there to be confirmed or discarded, if it changes anything\n`,
      );
    return 0;
  }
  if (result.isSame) return apply(client, runId, request.stack, pause);
  process.stderr.write(
    `warmpath: ${request.stack} is not to be applied: the fresh plan is not the one that was reviewed (expected ${result.expected}, got ${fingerprint}); review it again\n`,
  );
  for (const difference of result.differences) process.stderr.write(`warmpath: ${difference}\n`);
  await discard(client, runId, pause);
  return FAILED;
}

async function createRun(
  client: HcpClient,
  workspace: string,
  versionId: string,
  { message = 'warmpath', isSpeculative }: RunRequest,
): Promise<string> {
  const body = {
    data: {
      type: 'runs',
      // The workspace may apply by itself what nobody has reviewed.
      attributes: { message, 'auto-apply': false, ...(isSpeculative && { 'plan-only': true }) },
      relationships: {
        workspace: { data: { type: 'workspaces', id: workspace } },
        'configuration-version': { data: { type: 'configuration-versions', id: versionId } },
      },
    },
  };
  const answer = await client.create('/runs', body, () => findRun(client, workspace, versionId));
  return parseAnswer(runAnswer, answer, 'the run').data.id;
}

const runOfList = z.object({
  relationships: z.object({
    'configuration-version': z.object({ data: z.object({ id: z.string() }).nullish() }).nullish(),
  }),
});

/** Returns the run of a configuration version, in the form of an answer: nobody else has the version, so it is the one from here. */
async function findRun(client: HcpClient, workspace: string, versionId: string): Promise<unknown> {
  const runs = (await client.list(`/workspaces/${workspace}/runs`, 1)).find((item) => {
    const parsed = runOfList.safeParse(item);
    return parsed.data?.relationships['configuration-version']?.data?.id === versionId;
  });
  return runs === undefined ? undefined : { data: runs };
}

async function apply(client: HcpClient, runId: string, stack: string, pause: Pause): Promise<number> {
  const planned = await runWhen(client, runId, pause, ({ status, isConfirmable }) => {
    return isConfirmable || PLANNED.has(status) || CONFIRMED.has(status);
  });
  if (planned === 'planned_and_finished') {
    process.stderr.write(`warmpath: ${stack} has nothing to apply\n`);
    return 0;
  }
  if (!CONFIRMED.has(planned))
    await client.post(`/runs/${runId}/actions/apply`, { comment: 'the plan that was reviewed' });
  await runWhen(client, runId, pause, ({ status }) => status === 'applied');
  process.stderr.write(`warmpath: ${stack} is applied\n`);
  return 0;
}

/**
 * Discards a run. One that changes nothing has ended by itself.
 *
 * @throws HcpError where somebody else has confirmed it
 */
async function discard(client: HcpClient, runId: string, pause: Pause): Promise<void> {
  const status = await runWhen(client, runId, pause, (run) => {
    const isOpen = run.isConfirmable || run.isDiscardable;
    return isOpen || PLANNED.has(run.status) || CONFIRMED.has(run.status) || run.status === 'discarded';
  });
  if (CONFIRMED.has(status))
    throw new HcpError(`${runId} is ${status}: somebody else confirmed it; look at it in HCP Terraform`, 200);
  if (status === 'planned_and_finished' || status === 'discarded') return;
  await client.post(`/runs/${runId}/actions/discard`, { comment: 'not the plan that was reviewed' });
  process.stderr.write(`warmpath: ${runId} is discarded\n`);
}

/**
 * Waits until a run is as `isReady` says. Returns its status.
 *
 * @throws HcpError where it ends in another way
 */
async function runWhen(
  client: HcpClient,
  runId: string,
  pause: Pause,
  isReady: (run: RunState) => boolean,
): Promise<string> {
  const tell = statusTeller(runId, WAITS_FOR);
  const late = `${runId} did not end within an hour; see it in HCP Terraform`;
  return poll({ pause, everyMs: POLL_MS, maxPolls: MAX_POLLS, late }, async () => {
    const answer = await client.json('GET', `/runs/${runId}`);
    const { status, actions } = parseAnswer(runAnswer, answer, 'the run').data.attributes;
    const isConfirmable = actions?.['is-confirmable'] === true;
    const isDiscardable = actions?.['is-discardable'] === true;
    if (isReady({ status, isConfirmable, isDiscardable })) return status;
    if (ENDED_BADLY.has(status))
      throw new HcpError(`${runId} ended as ${status}; see its log in HCP Terraform`, 200);
    tell(status);
    return undefined;
  });
}
