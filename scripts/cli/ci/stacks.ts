import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { reviewFingerprint } from '../review/render/from-json';
import { reviewSyntheses } from '../review/run-review';
import { readSynthesizedStacks } from '../review/synth/synthesized-stacks';
import { stackEnvironment } from '../stack-environment';
import { gitlabJobs } from './gitlab-jobs';
import { setStepOutput, writeSummary } from './job-summary';
import { writeReview } from './review-files';

export interface CiStacksRequest {
  /** Folder of a synthesis, or a git revision. @default every stack is listed */
  readonly base?: string;
  readonly out: string;
  /** Folder that the review of the two syntheses is written to. @default it is not written */
  readonly reviews?: string;
  /** File that the jobs of a GitLab child pipeline are written to. @default they are not written */
  readonly gitlabJobs?: string;
}

/** One job of a matrix. */
interface MatrixEntry {
  readonly stack: string;
  /** GitHub environment with the roles of the stack's account. */
  readonly environment: string;
}

/** What GitHub and GitLab name as the commit before the first push of a branch, and before a run that nobody pushed for. */
const NO_COMMIT = /^(?:0{40,64})?$/;

/**
 * Prints the stacks that a change touches as the matrix of the jobs to come, one JSON list on a line, and sets it as the output
 * `stacks` of the step.
 */
export function ciStacks({ base, out, reviews, gitlabJobs: jobsFile }: CiStacksRequest): number {
  const stacks = readSynthesizedStacks(out);
  const names =
    base === undefined || NO_COMMIT.test(base) ? [...stacks.keys()].sort() : touched(base, out, reviews);
  const entries = names.flatMap((stack): readonly MatrixEntry[] => {
    const configuration = stacks.get(stack)?.configuration;
    const elsewhere = whereElse(configuration);
    if (elsewhere === undefined) return [{ stack, environment: stackEnvironment(stack, configuration) }];
    process.stderr.write(`warmpath: ${stack} is left out: ${elsewhere}\n`);
    return [];
  });
  const matrix = JSON.stringify(entries);
  process.stdout.write(`${matrix}\n`);
  setStepOutput('stacks', matrix);
  if (jobsFile !== undefined) writeFileSync(jobsFile, gitlabJobs(entries));
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

const backends = z.object({
  terraform: z.object({
    backend: z.object({ local: z.unknown() }).optional(),
    cloud: z.unknown().optional(),
  }),
});

/** Returns why a job cannot plan a stack; undefined where it can. */
function whereElse(configuration: unknown): string | undefined {
  const { cloud, backend } = backends.safeParse(configuration).data?.terraform ?? {};
  if (cloud !== undefined) return 'it runs in HCP Terraform; plan it there, or by warmpath hcp run';
  return backend?.local === undefined ? undefined : 'its state lies on one machine';
}
