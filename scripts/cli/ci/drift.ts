import { join } from 'node:path';
import { FAILED } from '../exit-codes';
import { hasVisibleDrift } from '../review/model/stack-review';
import { secretsOfFile } from '../review/policy/policy';
import { renderMarkdown } from '../review/render/markdown';
import { reviewDocument } from '../review/run-review';
import { DriftIssue } from './github/drift-issue';
import { githubFromEnvironment, runUrl } from './github/github-context';
import { writeSummary } from './job-summary';
import { reviewOfStacks } from './review-files';
import { TerraformStack } from './terraform-stack';

export interface CiDriftRequest {
  readonly stack: string;
  readonly out: string;
  /** Policy file whose secrets are masked. */
  readonly policy?: string;
  /** Open, update and close the issue of the stack. */
  readonly issue: boolean;
}

/**
 * Compares a stack's state with the account. Returns 1 where something was changed outside of Terraform, unless an issue says so.
 */
export async function ciDrift(request: CiDriftRequest): Promise<number> {
  const github = request.issue ? githubFromEnvironment() : undefined;
  const secrets = secretsOfFile(request.policy);
  const terraform = new TerraformStack(request.stack, request.out);
  await terraform.init();
  const planned = await terraform.plan({ lock: false, refreshOnly: true });
  try {
    const folder = join(request.out, 'stacks', request.stack);
    const stack = reviewDocument(request.stack, planned.document, folder, secrets);
    const url = runUrl();
    const review = reviewOfStacks([stack], url === undefined ? {} : { wholeAt: `in the summary of ${url}` });
    writeSummary(review);
    const hasDrift = hasVisibleDrift(stack.drift);
    if (github !== undefined) {
      const issue = new DriftIssue(github, request.stack);
      if (hasDrift) await issue.report(renderMarkdown(review, { maxUnits: issue.maxUnits }));
      else await issue.close();
    }
    return hasDrift && github === undefined ? FAILED : 0;
  } finally {
    planned.close();
  }
}
