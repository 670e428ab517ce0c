/**
 * Returns the attributes of a tag (RFC 8216, section 4.2), in linear time. Values are without their quotes; a part without a
 * name, as it comes from a list that should have been quoted, is passed over; of a repeated name the last one counts.
 */
export function parseAttributes(list: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  let position = 0;
  let equals = -1;
  while (position < list.length) {
    const comma = endAt(list, ',', position);
    // Looked for anew only behind the last one: without any, each comma would look through the rest of the list.
    if (equals < position) equals = endAt(list, '=', position);
    if (equals >= comma) {
      position = comma + 1;
      continue;
    }
    const name = list.slice(position, equals).trim();
    let start = equals + 1;
    while (list[start] === ' ' || list[start] === '\t') start += 1;
    const isQuoted = list[start] === '"';
    const end = isQuoted ? endAt(list, '"', start + 1) : endAt(list, ',', start);
    attributes.set(name, isQuoted ? list.slice(start + 1, end) : list.slice(start, end).trim());
    position = (isQuoted ? endAt(list, ',', end) : end) + 1;
  }
  return attributes;
}

/** Returns the position of the next such character; the end of the list where there is none. */
function endAt(list: string, character: string, from: number): number {
  const position = list.indexOf(character, from);
  return position < 0 ? list.length : position;
}
