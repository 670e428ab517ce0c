/*
 * What LevelDB passes over in silence when it reads its journal: zeros are padding to it, and at the end of the file it takes a record that is not whole for
 * one that was being written when the process was killed. A record whose header was damaged looks the same, and is lost with all
 * behind it. https://github.com/google/leveldb/blob/main/doc/log_format.md
 */

const BLOCK_BYTES = 32_768;
/** Checksum, length and type. */
const HEADER_BYTES = 7;
const LAST_TYPE = 4;
const MASK_DELTA = 0xa282ead8;

const CRC32C = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** Returns the checksum of a record's type and data, masked as it is stored. */
function maskedChecksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC32C[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}

/** Returns true where a whole record of this length stands here. */
function isRecord(block: Buffer, at: number, length: number): boolean {
  const type = block[at + 6] ?? 0;
  const end = at + HEADER_BYTES + length;
  if (type === 0 || type > LAST_TYPE || end > block.length) return false;
  return block.readUInt32LE(at) === maskedChecksum(block.subarray(at + 6, end));
}

/** Position behind the last record that LevelDB reads of a block; the rest of the block is not whole. */
function endOfRecords(block: Buffer): number {
  let at = 0;
  while (at + HEADER_BYTES <= block.length) {
    const length = block.readUInt16LE(at + 4);
    const isPadding = length === 0 && block[at + 6] === 0;
    if (isPadding || at + HEADER_BYTES + length > block.length) return at;
    at += HEADER_BYTES + length;
  }
  return at;
}

/** Returns true where a record was written here whole: its header lies, or records follow it. */
function holdsRecord(rest: Buffer): boolean {
  if (isRecord(rest, 0, rest.length - HEADER_BYTES)) return true;
  for (let at = 1; at + HEADER_BYTES <= rest.length; at += 1)
    if (isRecord(rest, at, rest.readUInt16LE(at + 4))) return true;
  return false;
}

/**
 * Returns true where zeros stand in place of records, as after a power failure; a block's own padding is shorter than a header.
 */
function isBlank(rest: Buffer): boolean {
  return rest.length >= HEADER_BYTES && rest.every((byte) => byte === 0);
}

/** Bytes of a journal that LevelDB drops without a word although records were written there; 0 for a sound one. */
export function silentlyDroppedBytes(journal: Buffer): number {
  let dropped = 0;
  for (let start = 0; start < journal.length; start += BLOCK_BYTES) {
    const block = journal.subarray(start, start + BLOCK_BYTES);
    const rest = block.subarray(endOfRecords(block));
    const isLast = start + BLOCK_BYTES >= journal.length;
    if (isBlank(rest) || (isLast && rest.length > HEADER_BYTES && holdsRecord(rest))) dropped += rest.length;
  }
  return dropped;
}
