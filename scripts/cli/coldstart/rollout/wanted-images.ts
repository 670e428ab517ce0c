/** Which images a caller wants, from options, by the names that the live document knows. */
import {
  type Images,
  type ImagesDocument,
  REFERENCE,
  type WantedImages,
} from '../../../../lambdas/image-rollout/plan/documents';
import type { ImagesLock } from '../../../../lambdas/locks/images-lock';
import { BadInput } from '../../bad-input';

export type WantedChoice =
  /** `NAME=DIGEST` or `NAME=REFERENCE`, of those that change. */
  | { readonly from: 'options'; readonly images: readonly string[] }
  | { readonly from: 'lock'; readonly file: string; readonly lock: ImagesLock }
  | { readonly from: 'previous' }
  /** Go on with what is wanted already. */
  | { readonly from: 'wanted' };

const DIGEST = /^sha256:[0-9a-f]{64}$/;

function currentOf(images: Images): Record<string, string> {
  return Object.fromEntries(Object.entries(images).map(([name, { current }]) => [name, current]));
}

function unknownName(option: string, name: string, images: Images): BadInput {
  return new BadInput(
    `${option}: got ${name}; allowed: an image that the hosts know: ${Object.keys(images).join(', ')}; another one comes by an apply`,
  );
}

function fromOption(text: string, images: Images): readonly [string, string] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at));
  const value = text.slice(at + 1);
  const current = images[name]?.current;
  if (at > 0 && current === undefined) throw unknownName('--image', name, images);
  const reference = DIGEST.test(value) ? `${current?.split('@')[0]}@${value}` : value;
  if (at < 1 || !REFERENCE.test(reference))
    throw new BadInput(
      `--image: got ${JSON.stringify(text)}; allowed: NAME=sha256:<64 hex>, or NAME=<repository>@sha256:<64 hex>`,
    );
  return [name, reference];
}

/**
 * @returns every image that is to be, those that nobody named as they are
 * @throws {BadInput} for a name that the hosts do not know, and for a rollback without anything to go back to
 */
export function wantedImages(
  choice: WantedChoice,
  { images }: ImagesDocument,
  wanted: WantedImages,
): WantedImages {
  switch (choice.from) {
    case 'wanted':
      return wanted;
    case 'options':
      return { ...wanted, ...Object.fromEntries(choice.images.map((text) => fromOption(text, images))) };
    case 'lock': {
      const known = Object.keys(images).filter((name) => choice.lock[name] !== undefined);
      if (known.length === 0)
        throw new BadInput(
          `--lock: got ${choice.file} with ${Object.keys(choice.lock).join(', ') || 'no images'}; allowed: one with an image that the hosts know: ${Object.keys(images).join(', ')}; name another with --image`,
        );
      const locked = known.flatMap((name) => {
        const entry = choice.lock[name];
        return entry === undefined ? [] : [[name, `${entry.repo}@${entry.digest}`] as const];
      });
      return { ...wanted, ...Object.fromEntries(locked) };
    }
    case 'previous': {
      const before = Object.entries(images).flatMap(([name, { previous }]) =>
        previous === undefined ? [] : [[name, previous] as const],
      );
      if (before.length === 0)
        throw new BadInput(
          '--to: got previous; allowed while the hosts keep the images before the last rollout, which is for a week; name the image with --image',
        );
      return { ...currentOf(images), ...Object.fromEntries(before) };
    }
  }
}
