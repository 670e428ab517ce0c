import { UnreadableDocument } from '../ports/document-reader';
import { excerpt } from './resolve-url';
import { wrongRoot, XmlReader } from './xml-reader';

/** An element of a DASH manifest that matters for its URLs. */
export interface MpdNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: MpdNode[];
  text: string;
}

const KEPT: ReadonlySet<string> = new Set([
  'MPD',
  'Period',
  'AdaptationSet',
  'Representation',
  'BaseURL',
  'SegmentTemplate',
  'SegmentTimeline',
  'Pattern',
  'P',
  'S',
  'SegmentList',
  'SegmentURL',
  'SegmentBase',
  'Initialization',
  'RepresentationIndex',
  'BitstreamSwitching',
  'InitializationSet',
  'ImportedMPD',
  'EventStream',
  'Event',
  'ReplacePresentation',
  'InsertPresentation',
]);

/**
 * Returns the tree of a manifest, of the kept elements only.
 * @throws UnreadableDocument where the text is not a manifest, or ends before the manifest does
 */
export function parseMpd(text: string): MpdNode {
  const root: MpdNode = { name: '', attributes: {}, children: [], text: '' };
  const path: MpdNode[] = [root];
  let skipped = 0;
  const xml = new XmlReader({
    wantsText: (name) => name === 'BaseURL' || name === 'ImportedMPD',
    open: (name, attributes) => {
      if (path.length === 1 && skipped === 0 && name !== 'MPD') throw wrongRoot(name, 'a DASH manifest');
      if (skipped > 0 || !KEPT.has(name)) {
        skipped += 1;
        return;
      }
      const node: MpdNode = { name, attributes, children: [], text: '' };
      path.at(-1)?.children.push(node);
      path.push(node);
    },
    close: (_, text) => {
      if (skipped > 0) {
        skipped -= 1;
        return;
      }
      const node = path.pop();
      if (node !== undefined) node.text = text;
    },
  });
  xml.write(text);
  xml.end();
  const mpd = root.children[0];
  if (mpd === undefined) throw new UnreadableDocument('is empty');
  return mpd;
}

export function childrenOf(node: MpdNode, name: string): readonly MpdNode[] {
  return node.children.filter((child) => child.name === name);
}

export function childOf(node: MpdNode, name: string): MpdNode | undefined {
  return node.children.find((child) => child.name === name);
}

/** Returns a number of an attribute, or nothing where it is absent or none. */
export function numberOf(node: MpdNode | undefined, attribute: string): number | undefined {
  const text = node?.attributes[attribute];
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** As long as the greatest number of 64 bits. Some packagers write a sign where the schema has none. */
const WHOLE_NUMBER = /^\s*(?:\+|(-))?(\d{1,20})\s*$/;

/**
 * Returns a whole number of up to 64 bits of an attribute, exactly; nothing where it is absent.
 * @throws UnreadableDocument where it is something else: a guess would name other URLs
 */
export function wholeNumberOf(node: MpdNode | undefined, attribute: string): bigint | undefined {
  const text = node?.attributes[attribute];
  if (text === undefined) return undefined;
  const [, sign, digits] = WHOLE_NUMBER.exec(text) ?? [];
  if (digits !== undefined) return sign === undefined ? BigInt(digits) : -BigInt(digits);
  throw new UnreadableDocument(`has ${attribute}=${excerpt(text)}, which is no whole number of 64 bits`);
}

const DURATION =
  /^P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/;
const SECONDS = [365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1];

/** Seconds of an xs:duration such as `PT1H2M3.5S`. */
export function secondsOf(text: string | undefined): number | undefined {
  const match = DURATION.exec(text?.trim() ?? '');
  if (!match) return undefined;
  const seconds = SECONDS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
  return Number.isFinite(seconds) ? seconds : undefined;
}

const ZONE = /(?:Z|[+-]\d{2}:?\d{2})$/i;

/** Epoch seconds of an xs:dateTime; one without a zone is UTC, whatever the machine is set to. NaN where it is none. */
export function epochSecondsOf(text: string | undefined): number {
  const time = text?.trim() ?? '';
  const hasTime = time.includes('T');
  return Date.parse(hasTime && !ZONE.test(time) ? `${time}Z` : time) / 1_000;
}
