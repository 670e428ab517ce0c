import { join } from 'node:path';
import { reviewFingerprint } from '../review/render/from-json';
import { reviewSyntheses } from '../review/run-review';
import { readSynthesizedStacks } from '../review/synth/synthesized-stacks';
import { setStepOutput, writeSummary } from './job-summary';
import { writeReview } from './review-files';

export interface CiStacksRequest {
  /** Folder of a synthesis, or a git revision. @default every stack is listed */
  readonly base?: string;
  readonly out: string;
  /** Folder that the review of the two syntheses is written to. @default it is not written */
  readonly reviews?: string;
}

/** One job of a matrix. */
interface MatrixEntry {
  readonly stack: string;
  /** GitHub environment with the roles of the stack's account. */
  readonly environment: string;
}

/**
 * Prints the stacks that a change touches as the matrix of the jobs to come, one JSON list on a line, and sets it as the output
 * `stacks` of the step.
 */
export function ciStacks({ base, out, reviews }: CiStacksRequest): number {
  const names =
    base === undefined ? [...readSynthesizedStacks(out).keys()].sort() : touched(base, out, reviews);
  const matrix = JSON.stringify(names.map(entryOf));
  process.stdout.write(`${matrix}\n`);
  setStepOutput('stacks', matrix);
  return 0;
}

function touched(base: string, out: string, reviews: string | undefined): readonly string[] {
  const { stacks, needPlan } = reviewSyntheses([base, out], {});
  if (reviews !== undefined) {
    const review = { stacks, needPlan, fingerprint: reviewFingerprint(stacks) };
    writeReview(join(reviews, 'synth.json'), review);
    writeSummary(review);
  }
  return needPlan;
}

/** The last part of a stack's name is its environment: `prewarm-prod` belongs to `prod`. */
function entryOf(stack: string): MatrixEntry {
  return { stack, environment: stack.slice(stack.lastIndexOf('-') + 1) };
}
