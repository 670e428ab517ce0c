import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { filesBelow } from '../../files-below';
import { BadInput } from '../bad-input';
import type { StackReview } from '../review/model/stack-review';
import { reviewFingerprint, stacksFromJson } from '../review/render/from-json';
import { renderJson, reviewSchema } from '../review/render/json';
import type { Review } from '../review/render/review';

/** A review of 2,000 resources has some 4 MB. More in the artefact of a pull request is not read. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 200;

/** Writes a review as JSON, and the folders to it. */
export function writeReview(path: string, review: Review): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, renderJson(review));
}

/**
 * Reads the reviews of several jobs, a file each, and puts them into one. The files may come from a pull request of a fork: they
 * are checked against the schema, and nothing in them is run.
 *
 * @throws BadInput that names the file that is no review
 */
export function readReviews(folder: string): readonly StackReview[] {
  let names: readonly string[];
  try {
    names = filesBelow(folder).filter((path) => path.endsWith('.json'));
  } catch (cause) {
    throw new BadInput(`--reviews ${folder}: no such folder; name the one that warmpath ci plan wrote to`, {
      cause,
    });
  }
  if (names.length > MAX_FILES)
    throw new BadInput(
      `--reviews ${folder}: got ${names.length} files; allowed ${MAX_FILES}; review fewer stacks at once`,
    );
  const sizeBytes = names.reduce((sum, path) => sum + statSync(path).size, 0);
  if (sizeBytes > MAX_BYTES)
    throw new BadInput(
      `--reviews ${folder}: got ${sizeBytes} bytes; allowed ${MAX_BYTES}; review fewer resources at once`,
    );
  return names.flatMap(readReview);
}

function readReview(path: string): readonly StackReview[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new BadInput(`${path}: cannot be read as JSON; write it with warmpath review --format json`, {
      cause,
    });
  }
  const parsed = reviewSchema.safeParse(value);
  if (!parsed.success)
    throw new BadInput(`${path}: no review; write it with warmpath review --format json`, {
      cause: parsed.error,
    });
  return stacksFromJson(parsed.data);
}

/** Puts stacks into one review. */
export function reviewOfStacks(
  stacks: readonly StackReview[],
  rest: Omit<Review, 'stacks' | 'fingerprint'> = {},
): Review {
  return { ...rest, stacks, fingerprint: reviewFingerprint(stacks) };
}
