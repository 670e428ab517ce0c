import { join } from 'node:path';
import * as z from 'zod';
import { FAILED } from '../exit-codes';
import { checkExpectation, readExpectation } from '../review/expectation';
import { displayText, type JsonValue } from '../review/model/json-value';
import { codeSpan } from '../review/render/foreign-text';
import { reviewDocument } from '../review/run-review';
import { Masker } from '../review/secrets/masker';
import { githubFromEnvironment, runUrl } from './github/github-context';
import { mergedPullRequestOf } from './github/pull-requests';
import { writeSummary, writeSummaryText } from './job-summary';
import { reviewOfStacks } from './review-files';
import { TerraformStack } from './terraform-stack';

export interface CiApplyRequest {
  readonly stack: string;
  readonly out: string;
  /** Fingerprint of the review that was approved, or its JSON file. */
  readonly expect: string;
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
 * Plans a stack anew, and applies that plan only where it is the one that was reviewed. Returns the exit code.
 */
export async function ciApply(request: CiApplyRequest): Promise<number> {
  const expectation = readExpectation(request.expect);
  const isTold = request.pullRequest !== undefined || request.commit !== undefined;
  const github = isTold ? githubFromEnvironment() : undefined;
  const terraform = new TerraformStack(request.stack, request.out);
  await terraform.init();
  const planned = await terraform.plan({ lock: true });
  try {
    const stack = reviewDocument(request.stack, planned.document, join(request.out, 'stacks', request.stack));
    const review = reviewOfStacks([stack]);
    const result = checkExpectation(expectation, [stack], review.fingerprint);
    if (!result.isSame) {
      writeSummary({ ...review, expectation: result });
      process.stderr.write(
        `warmpath: ${request.stack} is not applied: the fresh plan is not the one that was reviewed (expected ${result.expected}, got ${review.fingerprint}); review it again\n`,
      );
      for (const difference of result.differences) process.stderr.write(`warmpath: ${difference}\n`);
      return FAILED;
    }
    await planned.apply();
  } catch (error) {
    await tell(`**Apply of \`${request.stack}\` failed.**`);
    throw error;
  } finally {
    planned.close();
  }
  const text = `**\`${request.stack}\` is applied.**\n\n${outputsText(await terraform.outputs())}`;
  writeSummaryText(text);
  await tell(text);
  return 0;

  async function tell(message: string): Promise<void> {
    const url = runUrl();
    const body = url === undefined ? message : `${message}\n\n${url}\n`;
    if (github === undefined) return;
    const { pullRequest, commit } = request;
    const number =
      pullRequest ?? (commit === undefined ? undefined : await mergedPullRequestOf(github, commit));
    if (number !== undefined) await github.request('POST', `/issues/${number}/comments`, { body });
  }
}

const MAX_OUTPUTS = 100;

/** The outputs after an apply; what is sensitive, or looks like it, is masked. */
export function outputsText(json: Buffer): string {
  const parsed = outputs.safeParse(JSON.parse(json.toString('utf8')));
  if (!parsed.success) return '';
  const masker = new Masker();
  const lines = Object.entries(parsed.data).map(([name, { sensitive, value }]) => {
    const shown = masker.mask(value, sensitive === true, [name]);
    return `- ${codeSpan(name, 100)}: ${sensitive === true ? '(sensitive)' : codeSpan(displayText(shown), 300)}\n`;
  });
  const left = lines.length - MAX_OUTPUTS;
  return lines.slice(0, MAX_OUTPUTS).join('') + (left > 0 ? `- and ${left} more outputs\n` : '');
}
