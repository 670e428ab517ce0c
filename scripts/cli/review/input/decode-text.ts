const UTF16_LE = Buffer.from([0xff, 0xfe]);
const UTF16_BE = Buffer.from([0xfe, 0xff]);

export interface DecodedText {
  readonly text: string;
  readonly isUtf16: boolean;
}

/**
 * Returns the text of a document in UTF-8 or UTF-16, with or without a byte order mark: `>` of Windows PowerShell writes
 * UTF-16.
 */
export function decodeText(bytes: Buffer): DecodedText {
  if (bytes.subarray(0, 2).equals(UTF16_LE)) return fromUtf16(bytes.subarray(2));
  if (bytes.subarray(0, 2).equals(UTF16_BE)) return fromUtf16(swapped(bytes.subarray(2)));
  // JSON begins with ASCII, so a zero among its first two bytes tells which half of a unit comes first.
  if (bytes.length > 1 && bytes[1] === 0 && bytes[0] !== 0) return fromUtf16(bytes);
  if (bytes.length > 1 && bytes[0] === 0 && bytes[1] !== 0) return fromUtf16(swapped(bytes));
  return { text: bytes.toString('utf8').replace(/^\uFEFF/, ''), isUtf16: false };
}

function fromUtf16(bytes: Buffer): DecodedText {
  return { text: bytes.toString('utf16le'), isUtf16: true };
}

function swapped(bytes: Buffer): Buffer {
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  return Buffer.from(even).swap16();
}
