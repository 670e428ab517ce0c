import { readFileSync } from 'node:fs';
import * as z from 'zod';

const lock = z.record(
  z.string(),
  z.object({ digest: z.string(), tag: z.string().optional(), builtAt: z.string().optional() }),
);

/** Returns what images.lock.json knows of each digest: `tag main, built 2026-11-20T08:00:00Z`. Empty where there is no such file. */
export function readImageFacts(path: string): ReadonlyMap<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return new Map();
  }
  const parsed = lock.safeParse(value);
  if (!parsed.success) return new Map();
  return new Map(
    Object.values(parsed.data).map(({ digest, tag, builtAt }) => [
      digest,
      [tag === undefined ? '' : `tag ${tag}`, builtAt === undefined ? '' : `built ${builtAt}`]
        .filter(Boolean)
        .join(', '),
    ]),
  );
}
