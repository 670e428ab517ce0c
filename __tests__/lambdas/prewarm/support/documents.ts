import { SOURCES } from '../../../../lambdas/prewarm/engine/inputs/sources';
import {
  EXPANSION_LIMITS,
  type ExpansionLimits,
  type WalkOptions,
  type WalkState,
  walkSource,
} from '../../../../lambdas/prewarm/engine/inputs/walk';
import type { SourceKind } from '../../../../lambdas/prewarm/engine/model/request';
import {
  type DocumentReader,
  type FetchedDocument,
  UnreadableDocument,
} from '../../../../lambdas/prewarm/engine/ports/document-reader';

export const SITE = 'https://www.example.com';

/** What a server has under a URL: a body, or more of it. */
type Served =
  | string
  | Uint8Array
  | { readonly movedTo: string }
  | Pick<FetchedDocument, 'body' | 'contentType'>;

/** A reader of these documents by URL; it keeps what was read, in order. */
export function documents(
  bodies: Readonly<Record<string, Served>>,
): DocumentReader & { readonly seen: string[] } {
  const seen: string[] = [];
  async function read(url: string, maxBytes: number): Promise<FetchedDocument> {
    seen.push(url);
    const served = bodies[url];
    if (served === undefined) throw new UnreadableDocument('answered 404');
    if (typeof served === 'object' && 'movedTo' in served) return read(served.movedTo, maxBytes);
    const { body, contentType } =
      typeof served === 'string' || served instanceof Uint8Array
        ? { body: Buffer.from(served), contentType: '' }
        : served;
    if (body.byteLength > maxBytes) throw new UnreadableDocument(`is larger than ${maxBytes} bytes`);
    return { url, body, contentType };
  }
  return { seen, read };
}

export interface Expanded {
  readonly urls: readonly string[];
  /** What could not be read, as one sentence. */
  readonly error: string | undefined;
}

/** Everything that a source passes on, and what was wrong with it. */
export async function expand(
  kind: SourceKind,
  url: string,
  reader: DocumentReader,
  limits: Partial<ExpansionLimits> = {},
  options: Partial<WalkOptions> = {},
): Promise<Expanded> {
  const urls: string[] = [];
  let state: WalkState | undefined;
  for await (const step of walkSource(url, SOURCES[kind], reader, {
    media: false,
    now: Date.now(),
    ...options,
    limits: { ...EXPANSION_LIMITS, ...limits },
  })) {
    urls.push(...step.urls);
    state = step.state ?? state;
  }
  const { problems = [] } = state ?? {};
  return { urls, error: problems.length === 0 ? undefined : problems.join('; ') };
}
