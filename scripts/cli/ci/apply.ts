import { join } from 'node:path';
import * as z from 'zod';
import { FAILED } from '../exit-codes';
import { checkExpectation, type Expectation, readExpectation } from '../review/expectation';
import { displayText, isList, isObject, type JsonValue } from '../review/model/json-value';
import { type SecretOptions, secretsOf, secretsOfFile } from '../review/policy/policy';
import { codeSpan } from '../review/render/foreign-text';
import { reviewDocument } from '../review/run-review';
import { Masker } from '../review/secrets/masker';
import { SecretNames } from '../review/secrets/secret-names';
import type { GithubClient } from './github/github-client';
import { githubFromEnvironment, runUrl } from './github/github-context';
import { addComment } from './github/own-posts';
import { mergedPullRequestOf } from './github/pull-requests';
import { writeSummary, writeSummaryText } from './job-summary';
import { reviewOfStacks } from './review-files';
import { TerraformFailed, TerraformStack } from './terraform-stack';

export interface CiApplyRequest {
  readonly stack: string;
  readonly out: string;
  /** Fingerprint of the review that was approved, or its JSON file. */
  readonly expect: string;
  /** Policy file whose secrets are masked: that of the review. */
  readonly policy?: string;
  /** Pull request to tell the outcome. @default nobody is told */
  readonly pullRequest?: number;
  /** Commit whose pull request is told the outcome; nobody where it was pushed directly. */
  readonly commit?: string;
}

const outputs = z.record(
  z.string(),
  z.object({ sensitive: z.boolean().optional(), value: z.custom<JsonValue>().optional() }),
);

/**
 * Plans a stack anew, and applies that plan only where it is the one that was reviewed. Returns the exit code. The pull request
 * is told whatever comes of it.
 */
export async function ciApply(request: CiApplyRequest): Promise<number> {
  const expectation = readExpectation(request.expect);
  const secrets = secretsOfFile(request.policy);
  const isTold = request.pullRequest !== undefined || request.commit !== undefined;
  const github = isTold ? githubFromEnvironment() : undefined;
  const terraform = new TerraformStack(request.stack, request.out);
  const name = codeSpan(request.stack);
  let isApplied: boolean;
  try {
    isApplied = await applyAsReviewed(terraform, request, expectation, secrets);
  } catch (error) {
    await tell(github, request, `**Apply of ${name} failed.**`);
    throw error;
  }
  const text = isApplied
    ? `**${name} is applied.**\n\n${await outputsOf(terraform, secrets)}`
    : `**${name} is not applied**: the fresh plan is not the one that was reviewed. Run all jobs again to review it.\n`;
  if (isApplied) writeSummaryText(text);
  await tell(github, request, text);
  return isApplied ? 0 : FAILED;
}

/** Returns whether the fresh plan is the one that was reviewed; it is applied then. */
async function applyAsReviewed(
  terraform: TerraformStack,
  { stack: name, out }: CiApplyRequest,
  expectation: Expectation,
  secrets: SecretOptions,
): Promise<boolean> {
  await terraform.init();
  const planned = await terraform.plan({ lock: true });
  try {
    const stack = reviewDocument(name, planned.document, join(out, 'stacks', name), secrets);
    const review = reviewOfStacks([stack]);
    const result = checkExpectation(expectation, [stack], review.fingerprint);
    if (result.isSame) {
      await planned.apply();
      return true;
    }
    writeSummary({ ...review, expectation: result });
    process.stderr.write(
      `warmpath: ${name} is not applied: the fresh plan is not the one that was reviewed (expected ${result.expected}, got ${review.fingerprint}); review it again\n`,
    );
    for (const difference of result.differences) process.stderr.write(`warmpath: ${difference}\n`);
    return false;
  } finally {
    planned.close();
  }
}

/** What is applied stays applied: a comment that cannot be written changes neither the outcome nor its error. */
async function tell(
  github: GithubClient | undefined,
  { pullRequest, commit }: CiApplyRequest,
  message: string,
): Promise<void> {
  if (github === undefined) return;
  const url = runUrl();
  try {
    const number =
      pullRequest ?? (commit === undefined ? undefined : await mergedPullRequestOf(github, commit));
    if (number !== undefined)
      await addComment(github, number, url === undefined ? message : `${message}\n\n${url}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`warmpath: the pull request is not told: ${reason}\n`);
  }
}

async function outputsOf(terraform: TerraformStack, secrets: SecretOptions): Promise<string> {
  try {
    return outputsText(await terraform.outputs(), secrets);
  } catch (error) {
    if (!(error instanceof TerraformFailed)) throw error;
    return 'Its outputs cannot be read.\n';
  }
}

const MAX_OUTPUTS = 100;

/** Returns the outputs after an apply as a list; what is sensitive, or looks like it, is masked, wherever it stands again. */
export function outputsText(
  json: Buffer,
  { secretNames, secretValues }: SecretOptions = secretsOf(),
): string {
  const parsed = outputs.safeParse(JSON.parse(json.toString('utf8')));
  if (!parsed.success) return '';
  const hidden = Object.values(parsed.data).flatMap(({ sensitive, value }) =>
    sensitive === true ? stringsIn(value) : [],
  );
  const masker = new Masker([...hidden, ...secretValues], new SecretNames(secretNames));
  const lines = Object.entries(parsed.data).map(([name, { sensitive, value }]) => {
    const shown = masker.mask(value, sensitive === true, [name]);
    return `- ${codeSpan(name, 100)}: ${sensitive === true ? '(sensitive)' : codeSpan(displayText(shown), 300)}\n`;
  });
  const left = lines.length - MAX_OUTPUTS;
  return lines.slice(0, MAX_OUTPUTS).join('') + (left > 0 ? `- and ${left} more outputs\n` : '');
}

function stringsIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isList(value)) return value.flatMap(stringsIn);
  return isObject(value) ? Object.values(value).flatMap(stringsIn) : [];
}
