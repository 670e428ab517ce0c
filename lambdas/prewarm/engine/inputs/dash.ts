import type { UrlInput } from '../ports/url-input';
import { MAX_URL_BYTES } from '../request/limits';
import { childOf, childrenOf, type MpdNode, parseMpd, secondsOf } from './dash-manifest';
import { baseUrls, listUrls, templateUrls } from './dash-segments';
import type { SegmentWindow } from './dash-window';
import { wholeText } from './document-text';
import { Expansion, resolveUrl } from './expansion';
import { UnreadableDocument } from './unreadable-document';

/** Own choice: manifests with a segment timeline of a day stay below it. */
const MAX_MANIFEST_BYTES = 8 * 1024 * 1024;

/** Of several base URLs (copies on other hosts) the one on the manifest's own host, else the first. */
function baseOf(node: MpdNode, parent: string, manifest: string): string {
  const bases = childrenOf(node, 'BaseURL').flatMap(({ text }) => resolveUrl(text.trim(), parent) ?? []);
  if (bases.some((base) => base.length > MAX_URL_BYTES))
    throw new UnreadableDocument('has a base URL that is too long');
  return bases.find((base) => new URL(base).host === new URL(manifest).host) ?? bases[0] ?? parent;
}

/** A period with its place in time. */
interface Period {
  readonly node: MpdNode;
  readonly window: SegmentWindow;
}

function* periodsOf(mpd: MpdNode, nowSeconds: number): Iterable<Period> {
  const isLive = mpd.attributes['type'] === 'dynamic';
  const total = secondsOf(mpd.attributes['mediaPresentationDuration']);
  const availableSince = Date.parse(mpd.attributes['availabilityStartTime'] ?? '') / 1_000;
  const depth = secondsOf(mpd.attributes['timeShiftBufferDepth']);
  const periods = childrenOf(mpd, 'Period');
  let start = 0;
  for (const [index, node] of periods.entries()) {
    start = secondsOf(node.attributes['start']) ?? start;
    const nextStart =
      secondsOf(periods[index + 1]?.attributes['start']) ??
      (index === periods.length - 1 ? total : undefined);
    const durationSeconds =
      secondsOf(node.attributes['duration']) ?? (nextStart === undefined ? undefined : nextStart - start);
    const sincePeriod = nowSeconds - availableSince - start;
    const live =
      isLive && Number.isFinite(sincePeriod)
        ? { fromSeconds: depth === undefined ? 0 : sincePeriod - depth, toSeconds: sincePeriod }
        : undefined;
    yield { node, window: { durationSeconds, live } };
    start += durationSeconds ?? 0;
  }
}

/** The nodes of one name from the innermost level to the outermost. */
function levels(name: string, ...nodes: readonly MpdNode[]): readonly MpdNode[] {
  return nodes.flatMap((node) => childOf(node, name) ?? []);
}

function* relativeUrls(period: Period, adaptationSet: MpdNode, representation: MpdNode): Iterable<string> {
  const path = [representation, adaptationSet, period.node];
  const templates = levels('SegmentTemplate', ...path);
  const lists = levels('SegmentList', ...path);
  if (templates.length > 0) yield* templateUrls(templates, representation, period.window);
  else if (lists.length > 0) yield* listUrls(lists);
  else yield* baseUrls(levels('SegmentBase', ...path));
}

/** URLs of everything in the manifest; a representation whose segments cannot be told goes to `onUnreadable`. */
function* objectsOf(
  mpd: MpdNode,
  manifest: string,
  nowSeconds: number,
  onUnreadable: (error: UnreadableDocument) => void,
): Iterable<string> {
  const mpdBase = baseOf(mpd, manifest, manifest);
  for (const period of periodsOf(mpd, nowSeconds)) {
    const periodBase = baseOf(period.node, mpdBase, manifest);
    for (const adaptationSet of childrenOf(period.node, 'AdaptationSet')) {
      const setBase = baseOf(adaptationSet, periodBase, manifest);
      for (const representation of childrenOf(adaptationSet, 'Representation')) {
        const base = baseOf(representation, setBase, manifest);
        try {
          for (const relative of relativeUrls(period, adaptationSet, representation)) {
            // What is no URL stands for the manifest, which is passed on already: each step must count, or none would end.
            yield resolveUrl(relative, base) ?? manifest;
          }
        } catch (error) {
          if (!(error instanceof UnreadableDocument)) throw error;
          onUnreadable(error);
        }
      }
    }
  }
}

/**
 * The manifest itself and the segments of all its representations, of a live stream those that are available now.
 * Segments are made one after the other: a manifest of a few lines may name billions.
 */
export const dashInput: UrlInput = {
  expand: async function* (source, reader, limits) {
    const expansion = new Expansion(reader, {
      ...limits,
      maxDocumentBytes: Math.min(limits.maxDocumentBytes, MAX_MANIFEST_BYTES),
    });
    const body = await expansion.read(source.url);
    if (body !== undefined) {
      try {
        const mpd = parseMpd(await wholeText(body, expansion.limits.maxDocumentBytes));
        if (expansion.admit(source.url)) yield source.url;
        function onUnreadable(error: UnreadableDocument): void {
          expansion.failed(source.url, error);
        }
        for (const url of objectsOf(mpd, source.url, Date.now() / 1_000, onUnreadable)) {
          if (!expansion.admit(source.url)) break;
          if (url !== source.url) yield url;
        }
      } catch (error) {
        expansion.failed(source.url, error);
      }
    }
    expansion.end();
  },
};
