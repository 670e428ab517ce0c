import { SaxesParser } from 'saxes';
import { UnreadableDocument } from './unreadable-document';

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
  'S',
  'SegmentList',
  'SegmentURL',
  'SegmentBase',
  'Initialization',
  'RepresentationIndex',
]);

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/**
 * The tree of a manifest, of the kept elements only.
 * @throws Error where the text is not a manifest
 */
export function parseMpd(text: string): MpdNode {
  const parser = new SaxesParser({ xmlns: false });
  const root: MpdNode = { name: '', attributes: {}, children: [], text: '' };
  const path: MpdNode[] = [root];
  let skipped = 0;
  parser.on('error', (error) => {
    throw new UnreadableDocument(`is not well-formed XML: ${error.message}`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    const local = localName(name);
    if (path.length === 1 && skipped === 0 && local !== 'MPD') {
      throw new UnreadableDocument(`is not a DASH manifest: its root element is ${name.slice(0, 40)}`);
    }
    if (skipped > 0 || !KEPT.has(local)) {
      skipped += 1;
      return;
    }
    const node: MpdNode = { name: local, attributes, children: [], text: '' };
    path.at(-1)?.children.push(node);
    path.push(node);
  });
  function onText(part: string): void {
    const node = path.at(-1);
    if (skipped === 0 && node?.name === 'BaseURL') node.text += part;
  }
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', () => {
    if (skipped > 0) skipped -= 1;
    else path.pop();
  });
  parser.write(text).close();
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

/** A number of an attribute, or nothing where it is absent or none. */
export function numberOf(node: MpdNode | undefined, attribute: string): number | undefined {
  const text = node?.attributes[attribute];
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** As long as the greatest number of 64 bits. */
const WHOLE_NUMBER = /^\s*\+?(\d{1,20})\s*$/;

/**
 * A whole number of up to 64 bits of an attribute, exactly; nothing where it is absent.
 * @throws UnreadableDocument where it is something else: a guess would name other URLs
 */
export function wholeNumberOf(node: MpdNode | undefined, attribute: string): bigint | undefined {
  const text = node?.attributes[attribute];
  if (text === undefined) return undefined;
  const digits = WHOLE_NUMBER.exec(text)?.[1];
  if (digits !== undefined) return BigInt(digits);
  throw new UnreadableDocument(
    `has ${attribute}="${text.slice(0, 40)}", which is no whole number of 64 bits`,
  );
}

const DURATION =
  /^P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?$/;
const SECONDS = [365 * 86_400, 30 * 86_400, 86_400, 3_600, 60, 1];

/** Seconds of an xs:duration such as `PT1H2M3.5S`. */
export function secondsOf(text: string | undefined): number | undefined {
  const match = DURATION.exec(text?.trim() ?? '');
  if (!match) return undefined;
  const seconds = SECONDS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
  return Number.isFinite(seconds) ? seconds : undefined;
}
