import { parseJson } from '../../../errors/json-fault';
import type { RequestSpec, UrlSource } from '../model/request';
import { type DocumentReader, UnreadableDocument } from '../ports/document-reader';
import type { ExpandedUrls, ExpandOptions } from '../ports/expand-source';
import type { HostRule } from '../request/host-rule';
import { normaliseBatch } from '../request/normalise-urls';
import { urlSelection } from '../request/url-patterns';
import { SOURCES } from './sources';
import { type ExpansionLimits, type WalkState, walkSource } from './walk';

/** What the URLs of a source are read and checked with. */
export interface ExpandDeps {
  readonly reader: DocumentReader;
  readonly hosts: HostRule;
  readonly limits: ExpansionLimits;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** How far a source has been expanded. */
interface ExpansionState {
  readonly walk: WalkState;
  /** URLs that may not be warmed, such as those of other hosts. */
  readonly leftOut: number;
  /** The first of them, and why. */
  readonly example: string;
}

function isExpansionState(value: unknown): value is ExpansionState {
  return value instanceof Object && 'walk' in value && 'leftOut' in value;
}

function parseState(text: string | undefined): ExpansionState | undefined {
  const value: unknown = text === undefined ? undefined : parseJson(text);
  return isExpansionState(value) ? value : undefined;
}

/**
 * Turns a source of a request into checked, normalised URLs. URLs of other hosts are left out.
 * @throws UnreadableDocument at the end, where documents could not be read or URLs were left out
 */
export async function* expandSource(
  source: UrlSource,
  spec: RequestSpec,
  { reader, hosts, limits, now }: ExpandDeps,
  { signal, from }: ExpandOptions = {},
): AsyncGenerator<ExpandedUrls> {
  const isSelected = urlSelection(spec);
  const begun = parseState(from);
  let { leftOut, example } = begun ?? { leftOut: 0, example: '' };
  let problems: readonly string[] = begun?.walk.problems ?? [];
  const steps = walkSource(source.url, SOURCES[source.kind], reader, {
    media: spec.sitemapMedia ?? false,
    now,
    limits,
    from: begun?.walk,
  });
  for await (const { urls: found, state } of steps) {
    signal?.throwIfAborted();
    const { urls: allowed, invalid } = await normaliseBatch(found, hosts);
    signal?.throwIfAborted();
    const urls = allowed.filter(isSelected);
    const wanted = invalid.filter(({ url }) => isSelected(url));
    const [first] = wanted;
    if (leftOut === 0 && first) example = `${first.url}: ${first.reason}`;
    leftOut += wanted.length;
    if (state === undefined) yield { urls };
    else {
      problems = state.problems;
      yield { urls, resume: JSON.stringify({ walk: state, leftOut, example }) };
    }
  }
  signal?.throwIfAborted();
  const all =
    leftOut > 0 ? [...problems, `${leftOut} of its URLs left out, the first is ${example}`] : problems;
  // Whoever asked for this source names it before the sentence.
  if (all.length > 0) throw new UnreadableDocument(all.join('; ').replaceAll(`${source.url} `, 'it '));
}
