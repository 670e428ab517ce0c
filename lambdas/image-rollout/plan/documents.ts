/**
 * The two documents of an in-place rollout, as SSM parameters hold them. Their values are `key=value` words between single
 * spaces, without quotes and backslashes, so that a shell program reads them out of the JSON of an API call.
 *
 * `wanted` (written by Terraform or by the command): `v=1 shell=<reference> proxy=<reference>`.
 * `images` (written by the driver alone): `v=1 wanted=3 phase=fill wave=20 since=1790000000 begun=7 retired=0 shell.current=<reference>
 * shell.next=<reference> shell.previous=<reference>`.
 */
import * as z from 'zod/mini';
import { WarmpathError } from '../../errors/warmpath-error';

/** A pinned image: `<registry>/<repository>@sha256:<64 hex>`. */
export type Reference = string;

export const REFERENCE = /^[a-z0-9][a-z0-9.:-]*\/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$/;
/** Names of images: those of the containers that run them, or of the caller's choice. */
const IMAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Of an advanced parameter. @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
export const DOCUMENT_LIMIT_BYTES = 8 * 1024;

/** What hosts keep of one image. A host never removes an image that any of the three names. */
export interface ImageSlots {
  /** What tasks start from, and what no host takes tasks without. */
  readonly current: Reference;
  /** What is being rolled out. */
  readonly next?: Reference;
  /** What a rollback needs: current before the last switch. */
  readonly previous?: Reference;
}

/**
 * `settled`: nothing is rolled out. `fill`: hosts of the wave pull `next` beside their tasks. `switch`: hosts that launch are held
 * back for `next` too, because tasks of it may come at any moment. `stopped`: the last rollout ended without its image.
 */
export type Phase = 'settled' | 'fill' | 'switch' | 'stopped';

/** Why a rollout stopped. */
export type StopReason =
  | 'digest-missing'
  | 'wrong-platform'
  | 'too-large'
  | 'unknown-image'
  | 'pull-failed'
  | 'hosts-timed-out'
  | 'pool-timed-out'
  | 'pool-launches';

export type Images = Readonly<Record<string, ImageSlots>>;

export interface ImagesDocument {
  /** Generation of `wanted` that this document has taken up; later rollouts supersede earlier ones. */
  readonly wanted: number;
  readonly phase: Phase;
  /** Per cent of the hosts in service, by the hash of their ids, that pull `next`. */
  readonly wave: number;
  /** Epoch seconds of the last step; time bounds count from it. */
  readonly since: number;
  /** Generation of this document before the rollout; only what hosts report of later ones counts against it. */
  readonly begun: number;
  /** Stale pool hosts that this rollout has had replaced. */
  readonly retired: number;
  /** Number of the task definition's revision that the service was given last; it is given none twice. @default - none */
  readonly served?: number;
  /** Epoch seconds at which `previous` is dropped. @default - never */
  readonly previousUntil?: number;
  /** Only when stopped. */
  readonly reason?: StopReason;
  readonly images: Images;
}

export type WantedImages = Readonly<Record<string, Reference>>;

/** A document with the version of its parameter. */
export interface Versioned<Document> {
  readonly generation: number;
  readonly document: Document;
}

export class RolloutDocumentError extends WarmpathError {
  override readonly name = 'RolloutDocumentError';

  constructor(message: string, options?: ErrorOptions) {
    super('INVALID_CONFIGURATION', message, options);
  }
}

const whole = z.coerce.number().check(z.int(), z.nonnegative());
const reference = z.string().check(z.regex(REFERENCE));
const imageName = z.string().check(z.regex(IMAGE_NAME));

const head = z.object({
  v: z.literal('1'),
  wanted: whole,
  phase: z.enum(['settled', 'fill', 'switch', 'stopped']),
  wave: whole.check(z.lte(100)),
  since: whole,
  begun: whole,
  retired: whole,
  served: z.optional(whole),
  until: z.optional(whole),
  reason: z.optional(
    z.enum([
      'digest-missing',
      'wrong-platform',
      'too-large',
      'unknown-image',
      'pull-failed',
      'hosts-timed-out',
      'pool-timed-out',
      'pool-launches',
    ]),
  ),
});

const slots = z.record(
  imageName,
  z.object({ current: reference, next: z.optional(reference), previous: z.optional(reference) }),
);
const wantedImages = z.record(imageName, reference);

/** Splits words; the later of two with the same key would win silently, so both are refused. */
function wordsOf(name: string, value: string): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const word of value.split(' ')) {
    const at = word.indexOf('=');
    const key = word.slice(0, at);
    if (at < 1 || words.has(key))
      throw new RolloutDocumentError(
        `${name}: got the word ${JSON.stringify(word)}; allowed: key=value words between single spaces, each key once; restore an ` +
          'earlier version of the parameter',
      );
    words.set(key, word.slice(at + 1));
  }
  return words;
}

function faultOf(name: string, error: z.core.$ZodError): RolloutDocumentError {
  const faults = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return new RolloutDocumentError(
    `${name}: got ${faults}; allowed: what the driver and Terraform write; restore an earlier version of the parameter`,
  );
}

/** @throws {RolloutDocumentError} for anything that the driver did not write */
export function parseImagesDocument(value: string): ImagesDocument {
  const plain: Record<string, string> = {};
  const images: Record<string, Record<string, string>> = {};
  for (const [key, word] of wordsOf('images document', value)) {
    const dot = key.indexOf('.');
    if (dot < 0) plain[key] = word;
    else {
      const name = key.slice(0, dot);
      images[name] = { ...images[name], [key.slice(dot + 1)]: word };
    }
  }
  const parsedHead = head.safeParse(plain);
  if (!parsedHead.success) throw faultOf('images document', parsedHead.error);
  const parsedImages = slots.safeParse(images);
  if (!parsedImages.success) throw faultOf('images document', parsedImages.error);
  const { wanted, phase, wave, since, begun, retired, served, until, reason } = parsedHead.data;
  return {
    ...{ wanted, phase, wave, since, begun, retired },
    ...(served !== undefined && { served }),
    ...(until !== undefined && { previousUntil: until }),
    ...(reason !== undefined && { reason }),
    images: Object.fromEntries(
      Object.entries(parsedImages.data).map(([name, { current, next, previous }]) => [
        name,
        { current, ...(next !== undefined && { next }), ...(previous !== undefined && { previous }) },
      ]),
    ),
  };
}

/** @throws {RolloutDocumentError} for more images than a parameter holds */
export function formatImagesDocument(document: ImagesDocument): string {
  const { wanted, phase, wave, since, begun, retired, served, previousUntil, reason, images } = document;
  const words: (readonly [string, string | number | undefined])[] = [
    ['v', 1],
    ['wanted', wanted],
    ['phase', phase],
    ['wave', wave],
    ['since', since],
    ['begun', begun],
    ['retired', retired],
    ['served', served],
    ['until', previousUntil],
    ['reason', reason],
  ];
  for (const [name, { current, next, previous }] of Object.entries(images)) {
    words.push([`${name}.current`, current], [`${name}.next`, next], [`${name}.previous`, previous]);
  }
  return joined(words);
}

/** @throws {RolloutDocumentError} for anything but names and pinned references */
export function parseWantedDocument(value: string): WantedImages {
  const { v, ...images } = Object.fromEntries(wordsOf('wanted document', value));
  const parsed = wantedImages.safeParse(images);
  if (!parsed.success) throw faultOf('wanted document', parsed.error);
  if (v !== '1')
    throw new RolloutDocumentError(`wanted document: got version ${v}; allowed: 1; write v=1 first`);
  return parsed.data;
}

/** @throws {RolloutDocumentError} for more images than a parameter holds */
export function formatWantedDocument(images: WantedImages): string {
  return joined([['v', 1], ...Object.entries(images)]);
}

function joined(words: readonly (readonly [string, string | number | undefined])[]): string {
  const text = words.flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])).join(' ');
  if (text.length > DOCUMENT_LIMIT_BYTES)
    throw new RolloutDocumentError(
      `rollout document: got ${text.length} bytes; allowed: ${DOCUMENT_LIMIT_BYTES}, which is what a parameter holds; keep fewer images on a host`,
    );
  return text;
}
