import { join } from 'node:path';
import { FAILED } from '../exit-codes';
import type { FindingKind, StackReview } from '../review/model/stack-review';
import { applyPolicy, readPolicyFile, secretsOf } from '../review/policy/policy';
import type { Review } from '../review/render/review';
import { reviewDocument } from '../review/run-review';
import { setStepOutput, writeSummary } from './job-summary';
import { reviewOfStacks, writeReview } from './review-files';
import { TerraformStack } from './terraform-stack';

export interface CiPlanRequest {
  readonly stack: string;
  readonly out: string;
  /** Folder of the review, as `STACK.json`. */
  readonly reviews: string;
  readonly failOn: readonly FindingKind[];
  readonly policy?: string;
}

/** Plans a stack with a role that only reads, and writes the review: to the folder, and beside the job. Returns the exit code. */
export async function ciPlan(request: CiPlanRequest): Promise<number> {
  const policy = request.policy === undefined ? undefined : readPolicyFile(request.policy);
  const terraform = new TerraformStack(request.stack, request.out);
  await terraform.init();
  const planned = await terraform.plan({ lock: false });
  let stack: StackReview;
  try {
    const folder = join(request.out, 'stacks', request.stack);
    stack = reviewDocument(request.stack, planned.document, folder, secretsOf(policy));
  } finally {
    planned.close();
  }
  const failOn = [...new Set([...(policy?.failOn ?? []), ...request.failOn])];
  const today = new Date().toISOString().slice(0, 10);
  const review: Review = reviewOfStacks([stack], {
    ...(failOn.length > 0 && { policy: applyPolicy([stack], failOn, policy?.exceptions ?? [], today) }),
  });
  writeReview(join(request.reviews, `${request.stack}.json`), review);
  writeSummary(review);
  setStepOutput('fingerprint', review.fingerprint);
  const violations = review.policy?.violations ?? [];
  for (const { kind, address } of violations)
    process.stderr.write(`warmpath: policy ${kind}: ${JSON.stringify(address)} in ${request.stack}\n`);
  return violations.length > 0 ? FAILED : 0;
}
