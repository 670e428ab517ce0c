/** Bytes in which an XML declaration ends; zero bytes among them tell UTF-16 without a mark. */
const PEEKED_BYTES = 512;
const CHARSET = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i;
const XML_ENCODING = /^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([\w.:-]{1,40})["']/;
const UTF_16 = /^(?:utf-?16|ucs-?2|iso-10646-ucs-2|csunicode|unicode)/i;

/** Returns the encoding that a byte-order mark names. */
function encodingOfMark([first, second, third, fourth]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0xff || second !== 0xfe) return undefined;
  return third === 0 && fourth === 0 ? 'utf-32le' : 'utf-16le';
}

/** UTF-16 without a mark: URLs and tags are ASCII, so that every other byte is zero. */
function encodingOfZeros(start: Uint8Array): string | undefined {
  const even = start.filter((byte, position) => byte === 0 && position % 2 === 0).length;
  const odd = start.filter((byte, position) => byte === 0 && position % 2 === 1).length;
  const half = start.length / 2;
  if (odd > half * 0.8 && even < half * 0.2) return 'utf-16le';
  return even > half * 0.8 && odd < half * 0.2 ? 'utf-16be' : undefined;
}

/**
 * Returns the encoding of a text by its first bytes and its media type: byte-order mark, `charset`, XML declaration, in this
 * order (RFC 7303, section 3); UTF-8 where none says.
 */
export function encodingOf(bytes: Uint8Array, contentType = ''): string {
  const start = bytes.subarray(0, PEEKED_BYTES);
  const certain = encodingOfMark(start) ?? encodingOfZeros(start);
  if (certain !== undefined) return certain;
  const declared =
    CHARSET.exec(contentType)?.[1] ?? XML_ENCODING.exec(new TextDecoder('latin1').decode(start))?.[1];
  // A declaration that can be read byte by byte is not in UTF-16, whatever it says.
  return declared === undefined || UTF_16.test(declared) ? 'utf-8' : declared;
}
