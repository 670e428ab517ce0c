/** One entry of a document, in a short and in a full form. */
export interface Piece {
  /** The lower, the sooner it is kept. */
  readonly rank: number;
  readonly short: string;
  /** Called only where there is room for more than the short form. */
  readonly full: () => string;
}

/** Entries between an opening and a closing text; a section without any entry kept is left out. */
export interface Section {
  /** The lower, the sooner it is kept. */
  readonly rank: number;
  readonly open: string;
  readonly close: string;
  readonly pieces: readonly Piece[];
  /** What is said where entries are left out. */
  readonly leftOut: (count: number) => string;
}

/** No full form is so little longer than its short one. */
const MIN_FULL_UNITS = 8;

/**
 * Returns the sections as one text of at most `maxUnits` UTF-16 units. The most important entries stay: first all in their
 * short form, then in full, as long as there is room; each section says how many of its entries are left out.
 */
export function fitSections(
  sections: readonly Section[],
  maxUnits: number,
  sectionsLeftOut: (count: number) => string,
): string {
  let room = maxUnits - sectionsLeftOut(sections.length).length;
  const kept = new Set<Section>();
  const texts = new Map<Piece, string>();
  const byRank = sections
    .map((section, index) => ({ section, index }))
    .sort((a, b) => a.section.rank - b.section.rank || a.index - b.index);
  const pieces: { readonly piece: Piece; readonly section: Section }[] = [];
  for (const { section } of byRank) {
    const cost = section.open.length + section.close.length + section.leftOut(section.pieces.length).length;
    if (cost > room) continue;
    room -= cost;
    kept.add(section);
    for (const piece of section.pieces) pieces.push({ piece, section });
  }
  pieces.sort((left, right) => left.piece.rank - right.piece.rank);
  for (const { piece } of pieces) {
    if (piece.short.length > room) continue;
    room -= piece.short.length;
    texts.set(piece, piece.short);
  }
  for (const { piece } of pieces) {
    if (room < MIN_FULL_UNITS) break;
    if (!texts.has(piece)) continue;
    const full = piece.full();
    const more = full.length - piece.short.length;
    if (more > room) continue;
    room -= more;
    texts.set(piece, full);
  }
  const parts = sections.filter((section) => kept.has(section)).map((section) => sectionText(section, texts));
  const missing = sections.length - kept.size;
  return parts.join('') + (missing > 0 ? sectionsLeftOut(missing) : '');
}

function sectionText(section: Section, texts: ReadonlyMap<Piece, string>): string {
  const kept = section.pieces.map((piece) => texts.get(piece));
  const leftOut = kept.filter((text) => text === undefined).length;
  return [section.open, ...kept, leftOut > 0 ? section.leftOut(leftOut) : '', section.close].join('');
}
