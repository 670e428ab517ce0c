import { UnreadableDocument } from '../ports/document-reader';
import { childOf, childrenOf, epochSecondsOf, type MpdNode, parseMpd, secondsOf } from './dash-manifest';
import { baseUrls, listUrls, templateUrls } from './dash-segments';
import { fillTemplate } from './dash-template';
import type { SegmentWindow } from './dash-timeline';
import type { DocumentFormat, Finding } from './document-format';
import { wholeText } from './document-text';
import { excerpt, resolveUrl } from './resolve-url';

/** Own choice: manifests with a segment timeline of a day stay below it. */
const MAX_MANIFEST_BYTES = 8 * 1024 * 1024;

/** Of several base URLs (copies on other hosts) the one on the manifest's own host, else the first. */
function baseOf(node: MpdNode, parent: string, manifest: string): string {
  const bases = childrenOf(node, 'BaseURL').map(({ text }) => {
    const base = resolveUrl(text.trim(), parent);
    if (base.kind === 'problem') throw new UnreadableDocument(base.reason);
    return base.url;
  });
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
  const availableSince = epochSecondsOf(mpd.attributes['availabilityStartTime']);
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

/** Returns the nodes of one name from the innermost level to the outermost. */
function levels(name: string, ...nodes: readonly MpdNode[]): readonly MpdNode[] {
  return nodes.flatMap((node) => childOf(node, name) ?? []);
}

const ADDRESSINGS = ['SegmentTemplate', 'SegmentList', 'SegmentBase'] as const;

/** How segments are named: as the innermost level that says it at all does. */
function* relativeUrls(period: Period, adaptationSet: MpdNode, representation: MpdNode): Iterable<string> {
  const path = [representation, adaptationSet, period.node];
  const addressing = path
    .map((node) => ADDRESSINGS.find((name) => childOf(node, name)))
    .find((name) => name !== undefined);
  const found = addressing === undefined ? [] : levels(addressing, ...path);
  if (addressing === 'SegmentTemplate') yield* templateUrls(found, representation, period.window);
  else if (addressing === 'SegmentList') yield* listUrls(found);
  else yield* baseUrls(found);
}

const NOTHING = 'urn:mpeg:dash:resolve-to-zero:2013';

/** Parts of the manifest that stand elsewhere: they are not read, so what they name is missing. */
function* remoteElements(node: MpdNode): Iterable<Finding> {
  const href = node.attributes['xlink:href'];
  if (href !== undefined && href !== NOTHING)
    yield {
      kind: 'problem',
      reason: `takes its ${node.name} from ${excerpt(href)} (xlink), which is not read`,
    };
  for (const child of node.children) yield* remoteElements(child);
}

/** Initialisation sections that the manifest names for representations to come. */
function* initializationSets(mpd: MpdNode, base: string): Iterable<Finding> {
  for (const { attributes } of childrenOf(mpd, 'InitializationSet')) {
    const { initialization } = attributes;
    if (initialization !== undefined) yield resolveUrl(fillTemplate(initialization, {}), base);
  }
}

/** Manifests whose presentations events of a period put in, or in the place of what it shows: advertisements mostly. */
function alternativeManifests(period: MpdNode): readonly string[] {
  const events = childrenOf(period, 'EventStream').flatMap((stream) => childrenOf(stream, 'Event'));
  return events
    .flatMap(({ children }) => children)
    .flatMap(({ name, attributes: { uri, url = uri } }) =>
      name === 'ReplacePresentation' || name === 'InsertPresentation' ? (url ?? []) : [],
    );
}

/** Manifests that stand in the place of a period, or of parts of it. */
function* furtherManifests(period: MpdNode, base: string): Iterable<Finding> {
  const imported = childrenOf(period, 'ImportedMPD').map(({ text }) => text);
  for (const written of [...imported, ...alternativeManifests(period)]) {
    const resolved = resolveUrl(written.trim(), base);
    yield resolved.kind === 'url' ? { kind: 'document', url: resolved.url } : resolved;
  }
}

/** URLs of everything in the manifest. What is wrong with one representation does not keep back the others. */
function* objectsOf(mpd: MpdNode, manifest: string, nowSeconds: number): Iterable<Finding> {
  const mpdBase = baseOf(mpd, manifest, manifest);
  yield* initializationSets(mpd, mpdBase);
  for (const period of periodsOf(mpd, nowSeconds)) {
    const periodBase = baseOf(period.node, mpdBase, manifest);
    yield* furtherManifests(period.node, periodBase);
    for (const adaptationSet of childrenOf(period.node, 'AdaptationSet')) {
      const setBase = baseOf(adaptationSet, periodBase, manifest);
      for (const representation of childrenOf(adaptationSet, 'Representation')) {
        try {
          const base = baseOf(representation, setBase, manifest);
          for (const relative of relativeUrls(period, adaptationSet, representation))
            yield resolveUrl(relative, base);
        } catch (error) {
          if (!(error instanceof UnreadableDocument)) throw error;
          yield { kind: 'problem', reason: error.message };
        }
      }
    }
  }
  yield* remoteElements(mpd);
}

/**
 * DASH manifests: the segments of all representations, of a live stream those that are available now. Segments are made one
 * after the other: a manifest of a few lines may name billions.
 */
export const dashFormat: DocumentFormat = {
  name: 'a DASH manifest',
  maxBytes: MAX_MANIFEST_BYTES,
  detects: ({ text, path }) => text.startsWith('<') || (path.endsWith('.mpd') && !text.startsWith('#')),
  read: async function* (document, { now }) {
    yield* objectsOf(parseMpd(await wholeText(document.text())), document.url, now / 1_000);
  },
};
