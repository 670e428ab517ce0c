import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

type SignerSettings = ConstructorParameters<typeof SignatureV4>[0];
type Secret = ConstructorParameters<SignerSettings['sha256']>[0];

/** SHA-256, keyed where there is a secret, as the signer wants it. */
class Sha256 {
  private readonly hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: Secret) {
    this.hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', Buffer.from(asBytes(secret)));
  }

  update(chunk: Uint8Array | string): void {
    this.hash.update(chunk);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    throw new Error('a checksum is used once');
  }
}

function asBytes(data: NonNullable<Secret>): Uint8Array | string {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

export interface Signing {
  readonly region: string;
  readonly credentials: SignerSettings['credentials'];
  /** @default - the time of the call */
  readonly now?: Date;
}

/** A request before it is signed. */
export interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/**
 * Returns the headers of a request to API Gateway with its signature by AWS Signature Version 4.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
 */
export async function signedHeaders(
  { method, url, headers, body }: UnsignedRequest,
  { region, credentials, now }: Signing,
): Promise<Readonly<Record<string, string>>> {
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: url.host },
      body,
    },
    now === undefined ? {} : { signingDate: now },
  );
  return signed.headers;
}
