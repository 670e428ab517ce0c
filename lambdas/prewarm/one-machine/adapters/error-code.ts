/** Returns true for an error of Node or of a native library with this `code`; such errors may come from another realm. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

const WRITING = new Set(['open', 'write', 'fdatasync', 'rename', 'mkdir']);
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'];

/** Returns true where a file could not be written for want of a disk that takes it: trying again changes nothing. */
export function isDiskFault(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'syscall' in error &&
    WRITING.has(String(error.syscall)) &&
    NO_ROOM.some((code) => hasCode(error, code))
  );
}
