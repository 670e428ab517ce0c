import { WarmpathError } from '../../errors/warmpath-error';
import type { FetchTarget } from '../engine/ports/transport';

type Headers = FetchTarget['headers'];

/** No space and no control character, so that nothing in a path can end the request line. */
const PATH = /^[\x21-\x7e\x80-\xff]+$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A request that cannot be written down as HTTP/1.1. */
export class UnwritableRequest extends WarmpathError {
  override readonly name = 'UnwritableRequest';

  constructor(message: string, options?: ErrorOptions) {
    super('REQUEST_UNWRITABLE', message, options);
  }
}

function checked(text: string, allowed: RegExp, what: string): string {
  if (!allowed.test(text)) throw new UnwritableRequest(`${what} has a character that HTTP does not allow`);
  return text;
}

function endOfHead(host: string, headers: Headers): string {
  const lines = Object.entries(headers).map(
    ([name, value]) =>
      `${checked(name, NAME, 'a header name')}: ${checked(value, VALUE, `the header ${name}`)}\r\n`,
  );
  return ` HTTP/1.1\r\nhost: ${checked(host, PATH, 'the host')}\r\n${lines.join('')}\r\n`;
}

/** Writes the requests for one host. What follows the path is made once per set of headers, not per request. */
export class RequestWriter {
  private readonly ends = new WeakMap<Headers, string>();

  constructor(private readonly host: string) {}

  /**
   * Returns the bytes of a request, as latin1 text.
   * @throws UnwritableRequest
   */
  write({ method, path, headers }: Pick<FetchTarget, 'method' | 'path' | 'headers'>): string {
    let end = this.ends.get(headers);
    if (end === undefined) {
      end = endOfHead(this.host, headers);
      this.ends.set(headers, end);
    }
    return `${method} ${checked(path, PATH, 'the path')}${end}`;
  }
}
