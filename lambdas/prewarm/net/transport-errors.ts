import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WarmpathError } from '../../errors/warmpath-error';
import type { UnreachableReason } from '../engine/model/outcome';

const RESET_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** The peer's certificate does not prove that it is the host. */
export class UntrustedCertificate extends WarmpathError {
  override readonly name = 'UntrustedCertificate';
  constructor(cause: Error, code: string) {
    super('CERTIFICATE_UNTRUSTED', `the certificate is not accepted: ${cause.message} (${code})`, { cause });
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Returns why an exchange failed that got no response, as far as it matters for a retry. */
export function unreachableReason(error: Error): UnreachableReason {
  const code = codeOf(error);
  if (error instanceof UntrustedCertificate || code === 'EPROTO' || /^ERR_(?:TLS|SSL)/.test(code))
    return 'tls';
  if (code === 'ECONNREFUSED') return 'connect-refused';
  return RESET_CODES.has(code) ? 'reset' : 'network';
}

/** Returns the error that ended a handshake, told as one of trust where it was one. */
export function connectionError(error: Error, socket: Socket): Error {
  return socket instanceof TLSSocket && socket.authorizationError
    ? new UntrustedCertificate(error, codeOf(error))
    : error;
}

/** OpenSSL's own text: an address in its memory, a number, function and source file around the one part that says something. */
const OPENSSL = /(?:[0-9A-F]+:)?error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/i;

/** Returns what ended an exchange, as a person reads it. */
export function errorDetail(error: Error): string {
  const [, reason] = OPENSSL.exec(error.message) ?? [];
  if (reason === undefined) return error.message;
  return `the TLS handshake failed: ${reason.trim()}${codeOf(error) === '' ? '' : ` (${codeOf(error)})`}`;
}
