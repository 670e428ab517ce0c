import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BadInput, Problems } from '../bad-input';
import { FAILED } from '../exit-codes';
import { checkExpectation, readExpectation } from './expectation';
import { constructPathsBeside, constructPathsOf } from './input/construct-paths';
import { readImageFacts } from './input/images-lock';
import { type PlanInput, readPlan, readPlanText } from './input/read-plan';
import { type PlanSource, readText, sourcesBelow, sourcesOf } from './input/sources';
import { type ReviewStackOptions, reviewStack } from './model/review-stack';
import type { FindingKind, StackReview } from './model/stack-review';
import { applyPolicy, readPolicyFile, secretsOf } from './policy/policy';
import { reviewFingerprint } from './render/from-json';
import { renderHtml } from './render/html';
import { renderJson, reviewJsonSchema } from './render/json';
import { COMMENT_UNITS, renderMarkdown, SUMMARY_UNITS } from './render/markdown';
import type { Review } from './render/review';
import { fetchRunPlan, type RunPlan } from './run/fetch-run-plan';
import { maskFindings, placeFindings, readSarif } from './sarif';
import type { Masker } from './secrets/masker';
import { compareSyntheses, type SynthComparison } from './synth/compare';
import { withSynthesizedRevision } from './synth/git-revision';
import { readSynthesizedStacks, type SynthesizedStack } from './synth/synthesized-stacks';

/** What is the same for every stack of a review. */
export type StackOptions = Omit<ReviewStackOptions, 'name' | 'source' | 'constructPaths'>;

export interface ReviewRequest {
  readonly plans: readonly string[];
  readonly stacks?: string;
  readonly synth?: readonly string[];
  readonly run?: string;
  readonly hostname?: string;
  readonly format: 'md' | 'html' | 'json';
  readonly for: 'comment' | 'summary' | 'file';
  readonly failOn: readonly FindingKind[];
  readonly policy?: string;
  readonly expect?: string;
  readonly sarif?: readonly string[];
  readonly imagesLock: string;
  readonly wholeAt?: string;
  readonly output?: string;
  readonly schema: boolean;
}

/**
 * Reviews what the request names and writes the review. Returns the exit code.
 *
 * @throws BadInput that names everything wrong with the input; nothing is written then
 */
export async function runReview(request: ReviewRequest): Promise<number> {
  if (request.schema) {
    process.stdout.write(reviewJsonSchema());
    return 0;
  }
  const review = await buildReview(request);
  write(renderReview(review, request), request.output);
  for (const { kind, stack, address } of review.policy?.violations ?? [])
    process.stderr.write(
      `warmpath: policy ${kind}: ${JSON.stringify(address)} in ${JSON.stringify(stack)}\n`,
    );
  if (review.expectation?.isSame === false)
    process.stderr.write(
      `warmpath: this plan is not the one that was reviewed: expected ${review.expectation.expected}, got ${review.fingerprint}; review the fresh plan\n`,
    );
  const isForbidden = (review.policy?.violations.length ?? 0) > 0 || review.expectation?.isSame === false;
  return isForbidden ? FAILED : 0;
}

/** Reads everything that the request names and puts it into one review. */
export async function buildReview(request: ReviewRequest): Promise<Review> {
  checkSources(request);
  const policy = request.policy === undefined ? {} : readPolicyFile(request.policy);
  const expectation = request.expect === undefined ? undefined : readExpectation(request.expect);
  const findings = (request.sarif ?? []).flatMap(readSarif);
  const maskers: Masker[] = [];
  const options = {
    ...secretsOf(policy),
    images: readImageFacts(request.imagesLock),
    collectMasker: (masker: Masker) => maskers.push(masker),
  };
  const { stacks: reviewed, needPlan } =
    request.synth === undefined
      ? { stacks: await reviewPlans(request, options), needPlan: undefined }
      : reviewSyntheses(request.synth, options);
  const stacks = placeFindings(reviewed, maskFindings(findings, maskers));
  const fingerprint = reviewFingerprint(stacks);
  const failOn = [...new Set([...(policy.failOn ?? []), ...request.failOn])];
  return {
    stacks,
    fingerprint,
    ...(failOn.length > 0 && {
      policy: applyPolicy(stacks, failOn, policy.exceptions ?? [], new Date().toISOString().slice(0, 10)),
    }),
    ...(expectation !== undefined && { expectation: checkExpectation(expectation, stacks, fingerprint) }),
    ...(needPlan !== undefined && { needPlan }),
    ...(request.wholeAt !== undefined && { wholeAt: request.wholeAt }),
  };
}

function checkSources({ plans, stacks, synth, run }: ReviewRequest): void {
  const given = [
    ...(plans.length > 0 ? ['plans'] : []),
    ...(stacks === undefined ? [] : ['--stacks']),
    ...(synth === undefined ? [] : ['--synth']),
    ...(run === undefined ? [] : ['--run']),
  ];
  if (given.length !== 1)
    throw new BadInput(
      `got ${given.join(' and ') || 'nothing to review'}; allowed one of PLAN.json…, --stacks FOLDER, --synth BASE HEAD, --run ID`,
    );
  if (synth !== undefined && synth.length !== 2)
    throw new BadInput(`--synth: got ${synth.length} values; allowed two, BASE and HEAD`);
}

async function reviewPlans(request: ReviewRequest, options: StackOptions): Promise<readonly StackReview[]> {
  if (request.run !== undefined) return [await reviewRun(request.run, request.hostname, options)];
  const sources = request.stacks === undefined ? sourcesOf(request.plans) : sourcesBelow(request.stacks);
  const problems = new Problems();
  const stacks: StackReview[] = [];
  for (const source of sources) {
    const stack = await problems.collect(() => reviewSource(source, options));
    if (stack !== undefined) stacks.push(stack);
  }
  problems.throwIfAny();
  return stacks;
}

/** Returns the review of one plan that is in memory, with the construct paths of the stack in `stackFolder`. */
export function reviewDocument(
  name: string,
  document: Buffer,
  stackFolder: string,
  request: StackOptions = {},
): StackReview {
  const input = readPlan(name, document);
  if (input.kind === 'run')
    throw new BadInput(`${name}: got a saved plan of HCP Terraform; allowed the JSON of a plan`);
  return reviewInput(name, input, {
    ...request,
    name,
    constructPaths: constructPathsBeside(join(stackFolder, 'plan.json')),
  });
}

async function reviewSource(source: PlanSource, options: StackOptions): Promise<StackReview> {
  const input = readPlanText(source.path, readText(source));
  if (input.kind === 'run')
    return {
      ...(await reviewRun(input.bookmark.runId, input.bookmark.hostname, options)),
      name: source.name,
    };
  return reviewInput(source.path, input, {
    ...options,
    name: source.name,
    constructPaths: constructPathsBeside(source.path),
  });
}

/** Problems of a plan are told with where it was read from. */
function reviewInput(
  path: string,
  input: Extract<PlanInput, { kind: 'plan' }>,
  options: Omit<ReviewStackOptions, 'source'>,
): StackReview {
  try {
    return reviewStack(input.plan, { ...options, source: input.isRedacted ? 'redacted-plan' : 'plan' });
  } catch (error) {
    if (error instanceof BadInput) throw new BadInput(`${path}: ${error.message}`, { cause: error });
    // What walks into values runs out of stack some thousand levels down.
    if (error instanceof RangeError)
      throw new BadInput(`${path}: got values that are nested too deeply; no provider writes such a plan`, {
        cause: error,
      });
    throw error;
  }
}

async function reviewRun(
  runId: string,
  hostname: string | undefined,
  options: StackOptions,
): Promise<StackReview> {
  return reviewRunPlan(runId, await fetchRunPlan(runId, hostname), options);
}

/** Returns the review of a run's plan, under the name of its workspace. */
export function reviewRunPlan(
  runId: string,
  { workspace, document, configuration }: RunPlan,
  options: StackOptions = {},
): StackReview {
  const input = readPlan(`run ${runId}`, document);
  if (input.kind === 'run') throw new BadInput(`run ${runId}: got another run instead of its plan`);
  return reviewInput(`run ${runId}`, input, {
    ...options,
    name: workspace,
    ...(configuration !== undefined && { constructPaths: constructPathsOf(configuration) }),
  });
}

/** Compares two syntheses; each is a folder or a git revision. */
export function reviewSyntheses(
  [base = '', head = '']: readonly string[],
  options: StackOptions,
): SynthComparison {
  return compareSyntheses(stacksOf(base), stacksOf(head), options);
}

function stacksOf(folderOrRevision: string): ReadonlyMap<string, SynthesizedStack> {
  const isFolder = existsSync(folderOrRevision) && statSync(folderOrRevision).isDirectory();
  return isFolder
    ? readSynthesizedStacks(folderOrRevision)
    : withSynthesizedRevision(folderOrRevision, readSynthesizedStacks);
}

function renderReview(review: Review, request: ReviewRequest): string {
  if (request.format === 'json') return renderJson(review);
  if (request.format === 'html') return renderHtml(review);
  const maxUnits = { comment: COMMENT_UNITS, summary: SUMMARY_UNITS, file: Number.MAX_SAFE_INTEGER }[
    request.for
  ];
  return renderMarkdown(review, { maxUnits });
}

function write(text: string, output: string | undefined): void {
  if (output === undefined) process.stdout.write(text);
  else writeFileSync(output, text);
}
