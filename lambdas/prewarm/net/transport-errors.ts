import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WarmpathError } from '../../errors/warmpath-error';
import type { UnreachableReason } from '../engine/model/outcome';
import { visibleText } from '../engine/model/visible-text';

const RESET_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** The peer's certificate does not prove that it is the host. */
export class UntrustedCertificate extends WarmpathError {
  override readonly name = 'UntrustedCertificate';
  constructor(cause: Error, code: string) {
    super('CERTIFICATE_UNTRUSTED', `the certificate is not accepted: ${whyUntrusted(cause)} (${code})`, {
      cause,
    });
  }
}

/** Names that a certificate is for, as a message shows them. */
const MAX_NAMES_SHOWN = 200;

/** Returns why a certificate is not accepted; for one with other names than the host's, which ones. */
function whyUntrusted(error: Error): string {
  if (!('host' in error) || !('cert' in error)) return error.message;
  const { host, cert } = error as {
    readonly host: unknown;
    readonly cert: { readonly subjectaltname?: string };
  };
  const names = (cert.subjectaltname ?? 'no name').replaceAll('DNS:', '');
  return `it is for ${visibleText(names, MAX_NAMES_SHOWN)}, not for ${host}`;
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

/** What the parts mean that are met most. An alert is what the other side said. */
const MEANINGS: readonly (readonly [part: RegExp, meaning: string])[] = [
  [/wrong version number|packet length|http request/, 'what answered does not speak TLS'],
  [/alert protocol version|unsupported protocol/, 'it speaks no version of TLS from 1.2 on'],
  [/unrecognized name/, 'it has no certificate for this host'],
  [/alert handshake failure/, 'refused, for want of a certificate for this host or of a cipher in common'],
  [/certificate required/, 'it demands a certificate of the client'],
  [/alert internal error/, 'it reported an internal error'],
  [/bad record mac|decryption failed/, 'what came was damaged on the way'],
];

/** What the system's codes mean; an error of this program has a sentence of its own. */
const SOCKET_MEANINGS: Readonly<Record<string, string>> = {
  ECONNRESET: 'the other side reset the connection',
  EPIPE: 'the other side reset the connection',
  ENETUNREACH: 'there is no way to the address from here',
  EHOSTUNREACH: 'there is no way to the address from here',
};

/**
 * Returns what ended an exchange, as a person reads it.
 * @param isHandshake nothing was sent yet
 */
export function errorDetail(error: Error, isHandshake: boolean): string {
  const code = codeOf(error);
  const suffix = code === '' ? '' : ` (${code})`;
  const [, reason] = OPENSSL.exec(error.message) ?? [];
  if (reason === undefined) {
    const meaning = 'syscall' in error ? SOCKET_MEANINGS[code] : undefined;
    return meaning === undefined ? error.message : `${meaning}${suffix}`;
  }
  const meaning = MEANINGS.find(([part]) => part.test(reason))?.[1] ?? reason.trim();
  return `${isHandshake ? 'the TLS handshake' : 'TLS'} failed: ${meaning}${suffix}`;
}
