import { UnreadableDocument } from '../ports/document-reader';
import { childOf, childrenOf, type MpdNode, numberOf, wholeNumberOf } from './dash-manifest';
import { fillTemplate, hasIdentifier, type TemplateValues } from './dash-template';
import { type SegmentNumbers, type SegmentWindow, timelineSegments } from './dash-timeline';

/** Own choice: a segment of some seconds in sequences of single frames has fewer. */
const MAX_SEQUENCE_LENGTH = 10_000;

/** Returns the first template that has the attribute, from the innermost to the outermost. */
function holder(templates: readonly MpdNode[], attribute: string): MpdNode | undefined {
  return templates.find((template) => template.attributes[attribute] !== undefined);
}

function inherited(templates: readonly MpdNode[], attribute: string): string | undefined {
  return holder(templates, attribute)?.attributes[attribute];
}

function inheritedNumber(templates: readonly MpdNode[], attribute: string): number | undefined {
  return numberOf(holder(templates, attribute), attribute);
}

function* byDuration(
  templates: readonly MpdNode[],
  startNumber: number,
  endNumber: number,
  timescale: number,
  { durationSeconds, live }: SegmentWindow,
): Iterable<SegmentNumbers> {
  const sequenceLength = inheritedNumber(templates, 'k');
  const duration = inheritedNumber(templates, 'duration');
  if (duration === undefined) {
    yield { number: startNumber, time: 0, sequenceLength };
    return;
  }
  if (duration <= 0) throw new UnreadableDocument('has segments without duration');
  const perSecond = timescale / duration;
  const first = live === undefined ? 0 : Math.max(0, Math.floor(live.fromSeconds * perSecond));
  const available = live === undefined ? Number.POSITIVE_INFINITY : Math.floor(live.toSeconds * perSecond);
  const inPeriod =
    durationSeconds === undefined ? Number.POSITIVE_INFINITY : Math.ceil(durationSeconds * perSecond - 1e-6);
  const end = Math.min(available, inPeriod, endNumber - startNumber + 1);
  if (end === Number.POSITIVE_INFINITY) throw new UnreadableDocument('does not say how long it is');
  for (let index = first; index < end; index += 1) {
    yield { number: startNumber + index, time: index * duration, sequenceLength };
  }
}

/** Objects that segments need beside themselves; without a `sourceURL` it is a part of the base URL's own. */
function* neededUrls(levels: readonly MpdNode[], ...names: readonly string[]): Iterable<string> {
  for (const name of names) {
    const node = levels.map((level) => childOf(level, name)).find((found) => found);
    if (node) yield node.attributes['sourceURL'] ?? '';
  }
}

const NEEDED = ['Initialization', 'RepresentationIndex', 'BitstreamSwitching'] as const;

/** Attributes of a template in the place of an element that segments need, if both are there. */
const NEEDED_TEMPLATES: Readonly<Record<(typeof NEEDED)[number], string>> = {
  Initialization: 'initialization',
  RepresentationIndex: 'index',
  BitstreamSwitching: 'bitstreamSwitching',
};

/** Yields the values of one segment, or of each segment of the sequence in its place. */
function* valuesOf(media: string, fixed: TemplateValues, segment: SegmentNumbers): Iterable<TemplateValues> {
  const { number, time, sequenceLength = 1 } = segment;
  const values = { ...fixed, Number: number, Time: time };
  if (!hasIdentifier(media, 'SubNumber')) {
    yield values;
    return;
  }
  if (sequenceLength > MAX_SEQUENCE_LENGTH)
    throw new UnreadableDocument(`has a sequence of more than ${MAX_SEQUENCE_LENGTH} segments`);
  for (let part = 0; part < sequenceLength; part += 1) yield { ...values, SubNumber: part };
}

/** URLs of a SegmentTemplate, relative to the base; templates from the innermost to the outermost. */
export function* templateUrls(
  templates: readonly MpdNode[],
  representation: MpdNode,
  window: SegmentWindow,
): Iterable<string> {
  const fixed = {
    RepresentationID: representation.attributes['id'] ?? '',
    Bandwidth: Number(representation.attributes['bandwidth'] ?? 0),
  };
  const index = inherited(templates, 'index');
  const isIndexPerSegment =
    index !== undefined && (hasIdentifier(index, 'Number') || hasIdentifier(index, 'Time'));
  for (const name of NEEDED) {
    const template = inherited(templates, NEEDED_TEMPLATES[name]);
    if (template === undefined) yield* neededUrls(templates, name);
    else if (name !== 'RepresentationIndex' || !isIndexPerSegment) yield fillTemplate(template, fixed);
  }
  const media = inherited(templates, 'media');
  if (media === undefined) return;
  const timescale = inheritedNumber(templates, 'timescale') ?? 1;
  const startNumber = inheritedNumber(templates, 'startNumber') ?? 1;
  const endNumber = inheritedNumber(templates, 'endNumber') ?? Number.POSITIVE_INFINITY;
  const timeline = templates.map((template) => childOf(template, 'SegmentTimeline')).find((node) => node);
  const offset = wholeNumberOf(holder(templates, 'presentationTimeOffset'), 'presentationTimeOffset') ?? 0n;
  const segments = timeline
    ? timelineSegments(timeline, { startNumber, endNumber, timescale, offset }, window)
    : byDuration(templates, startNumber, endNumber, timescale, window);
  for (const segment of segments) {
    for (const values of valuesOf(media, fixed, segment)) yield fillTemplate(media, values);
    if (isIndexPerSegment)
      yield fillTemplate(index, { ...fixed, Number: segment.number, Time: segment.time });
  }
}

/** URLs of a SegmentBase, relative to the base: one object, addressed by byte ranges, is the base URL itself. */
export function baseUrls(bases: readonly MpdNode[]): Iterable<string> {
  return new Set([...neededUrls(bases, ...NEEDED), '']);
}

/** URLs of a SegmentList, relative to the base; lists from the innermost to the outermost. */
export function* listUrls(lists: readonly MpdNode[]): Iterable<string> {
  yield* neededUrls(lists, ...NEEDED);
  const named = lists.find((list) => childOf(list, 'SegmentURL'));
  const last = new Map<string, string>();
  for (const { attributes } of named ? childrenOf(named, 'SegmentURL') : []) {
    for (const attribute of ['media', 'index']) {
      const url = attributes[attribute] ?? (attribute === 'media' ? '' : undefined);
      // Byte ranges of one object follow each other.
      if (url !== undefined && last.get(attribute) !== url) yield url;
      if (url !== undefined) last.set(attribute, url);
    }
  }
}
