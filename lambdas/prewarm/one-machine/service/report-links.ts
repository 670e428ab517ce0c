import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { REPORT_FORMATS } from '../../engine/flow/blob-names';
import { REPORT_NAMES } from '../../engine/model/request-blobs';

/** The query of a signed link. */
export interface SignedQuery {
  readonly req_id?: string | undefined;
  readonly format?: string | undefined;
  readonly expires?: string | undefined;
  readonly signature?: string | undefined;
}

/**
 * Links that open one report for a while, without the API key. The secret lives as long as the process: a restart
 * ends every link.
 */
export class ReportLinks {
  readonly #secret = randomBytes(32);

  constructor(
    private readonly now: () => number,
    /** Where the service is reached, such as `http://127.0.0.1:8080`. */
    private readonly origin: string,
  ) {}

  /** Returns the URL under which this blob can be read for `seconds`. */
  linkTo(key: string, seconds: number): string {
    const [id = '', name] = key.split('/');
    const format = REPORT_FORMATS.find((candidate) => REPORT_NAMES[candidate] === name);
    if (format === undefined) throw new Error(`${key}: only reports have links`);
    const expires = String(Math.ceil(this.now() / 1000) + seconds);
    const query = new URLSearchParams({
      req_id: id,
      format,
      expires,
      signature: this.#sign(id, format, expires).toString(),
    });
    return `${this.origin}/report?${query}`;
  }

  /** Returns true for the query of a link that this process made and that has not expired. */
  isValid({ req_id: id, format, expires, signature }: SignedQuery): boolean {
    if (id === undefined || format === undefined || expires === undefined || signature === undefined) {
      return false;
    }
    const expected = this.#sign(id, format, expires);
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    return Number(expires) * 1000 > this.now();
  }

  /** As text, so that one link has one signature: hexadecimal digits may be read in more ways. */
  #sign(id: string, format: string, expires: string): Buffer {
    const signature = createHmac('sha256', this.#secret).update(JSON.stringify([id, format, expires]));
    return Buffer.from(signature.digest('hex'));
  }
}
