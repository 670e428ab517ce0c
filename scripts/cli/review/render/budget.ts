/** One entry of a document, in a short and in a full form. */
export interface Piece {
  /** The lower, the sooner it is kept. */
  readonly rank: number;
  readonly short: string;
  readonly full: string;
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

type Form = 'none' | 'short' | 'full';

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
  const forms = new Map<Piece, Form>();
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
    forms.set(piece, 'short');
  }
  for (const { piece } of pieces) {
    const more = piece.full.length - piece.short.length;
    if (forms.get(piece) !== 'short' || more > room) continue;
    room -= more;
    forms.set(piece, 'full');
  }
  const parts = sections.filter((section) => kept.has(section)).map((section) => sectionText(section, forms));
  const missing = sections.length - kept.size;
  return parts.join('') + (missing > 0 ? sectionsLeftOut(missing) : '');
}

function sectionText(section: Section, forms: ReadonlyMap<Piece, Form>): string {
  const texts = section.pieces.map((piece) => {
    const form = forms.get(piece) ?? 'none';
    return form === 'none' ? undefined : piece[form];
  });
  const leftOut = texts.filter((text) => text === undefined).length;
  return [section.open, ...texts, leftOut > 0 ? section.leftOut(leftOut) : '', section.close].join('');
}
