import { MAX_URL_BYTES } from '../request/limits';
import { childOf, childrenOf, type MpdNode, numberOf, wholeNumberOf } from './dash-manifest';
import { type SegmentPlace, timelinePlaces } from './dash-timeline';
import type { SegmentWindow } from './dash-window';
import { UnreadableDocument } from './unreadable-document';

const MAX_PADDING = 20;

/** The first template that has the attribute, from the innermost to the outermost. */
function holder(templates: readonly MpdNode[], attribute: string): MpdNode | undefined {
  return templates.find((template) => template.attributes[attribute] !== undefined);
}

function inherited(templates: readonly MpdNode[], attribute: string): string | undefined {
  return holder(templates, attribute)?.attributes[attribute];
}

function inheritedNumber(templates: readonly MpdNode[], attribute: string): number | undefined {
  return numberOf(holder(templates, attribute), attribute);
}

/** Replaces `$Number%05d$` and its like; `$$` is a dollar sign. Stops at the first URL that nobody could ask for. */
function fill(pattern: string, values: Readonly<Record<string, string | number | bigint>>): string {
  const longest = Math.max(pattern.length, ...Object.values(values).map((value) => String(value).length));
  if (longest > MAX_URL_BYTES) throw new UnreadableDocument('names a segment with a URL that is too long');
  const filled = pattern.replace(
    /\$(?:(\w+)(?:%0(\d{1,3})d)?)?\$/g,
    (whole, name: string | undefined, width: string | undefined) => {
      if (name === undefined) return '$';
      const value = Object.hasOwn(values, name) ? String(values[name]) : whole;
      return width === undefined ? value : value.padStart(Math.min(Number(width), MAX_PADDING), '0');
    },
  );
  if (filled.length > MAX_URL_BYTES)
    throw new UnreadableDocument('names a segment with a URL that is too long');
  return filled;
}

function* fromDuration(
  templates: readonly MpdNode[],
  startNumber: number,
  timescale: number,
  { durationSeconds, live }: SegmentWindow,
): Iterable<SegmentPlace> {
  const duration = inheritedNumber(templates, 'duration');
  if (duration === undefined) {
    yield { number: startNumber, time: 0 };
    return;
  }
  if (duration <= 0) throw new UnreadableDocument('has segments without duration');
  const perSecond = timescale / duration;
  const endNumber = inheritedNumber(templates, 'endNumber');
  const first = live === undefined ? 0 : Math.max(0, Math.floor(live.fromSeconds * perSecond));
  const available = live === undefined ? Number.POSITIVE_INFINITY : Math.floor(live.toSeconds * perSecond);
  const inPeriod =
    durationSeconds === undefined ? Number.POSITIVE_INFINITY : Math.ceil(durationSeconds * perSecond - 1e-6);
  const named = endNumber === undefined ? Number.POSITIVE_INFINITY : endNumber - startNumber + 1;
  const end = Math.min(available, inPeriod, named);
  if (end === Number.POSITIVE_INFINITY) throw new UnreadableDocument('does not say how long it is');
  for (let index = first; index < end; index += 1) {
    yield { number: startNumber + index, time: index * duration };
  }
}

/** Objects that segments need beside themselves; without a `sourceURL` it is a part of the base URL's own. */
function* neededUrls(levels: readonly MpdNode[]): Iterable<string> {
  for (const name of ['Initialization', 'RepresentationIndex']) {
    const node = levels.map((level) => childOf(level, name)).find((found) => found);
    if (node) yield node.attributes['sourceURL'] ?? '';
  }
}

/** URLs of a SegmentTemplate, relative to the base; templates from the innermost to the outermost. */
export function* templateUrls(
  templates: readonly MpdNode[],
  representation: MpdNode,
  window: SegmentWindow,
): Iterable<string> {
  const fixed = {
    RepresentationID: representation.attributes['id'] ?? '',
    Bandwidth: representation.attributes['bandwidth'] ?? '0',
  };
  const initialization = inherited(templates, 'initialization');
  if (initialization === undefined) yield* neededUrls(templates);
  else yield fill(initialization, fixed);
  const media = inherited(templates, 'media');
  if (media === undefined) return;
  const timescale = inheritedNumber(templates, 'timescale') ?? 1;
  const startNumber = inheritedNumber(templates, 'startNumber') ?? 1;
  const timeline = templates.map((template) => childOf(template, 'SegmentTimeline')).find((node) => node);
  const offset = wholeNumberOf(holder(templates, 'presentationTimeOffset'), 'presentationTimeOffset') ?? 0n;
  const places = timeline
    ? timelinePlaces(timeline, { startNumber, timescale, offset }, window)
    : fromDuration(templates, startNumber, timescale, window);
  for (const { number, time } of places) yield fill(media, { ...fixed, Number: number, Time: time });
}

/** URLs of a SegmentBase, relative to the base: one object, addressed by byte ranges, is the base URL itself. */
export function baseUrls(bases: readonly MpdNode[]): Iterable<string> {
  return new Set([...neededUrls(bases), '']);
}

/** URLs of a SegmentList, relative to the base; lists from the innermost to the outermost. */
export function* listUrls(lists: readonly MpdNode[]): Iterable<string> {
  yield* neededUrls(lists);
  const named = lists.find((list) => childOf(list, 'SegmentURL'));
  let last: string | undefined;
  for (const segment of named ? childrenOf(named, 'SegmentURL') : []) {
    const url = segment.attributes['media'] ?? '';
    // Byte ranges of one object follow each other.
    if (url !== last) yield url;
    last = url;
  }
}
