import { verify, X509Certificate } from 'node:crypto';
import { Refusal } from './refusal';
import type { ReadFromSns } from './sns-client';
import { type SnsMessage, signedText } from './sns-message';
import { snsUrl } from './sns-url';

const CERTIFICATE_PATH = /^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/;
/** SNS changes its certificate about once a year, and each Region has its own. */
const MOST_CERTIFICATES = 16;

/**
 * Verifies signature version 2: RSA with SHA-256 by the certificate of SNS, which is read over TLS from SNS's own host
 * and from nowhere else, once, and again when it has expired.
 */
export class SnsSignatures {
  private readonly certificates = new Map<string, Promise<X509Certificate>>();

  constructor(
    private readonly read: ReadFromSns,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * @throws Refusal for a message that SNS did not sign
   * @throws NotNow where the certificate cannot be read
   */
  async check(message: SnsMessage): Promise<void> {
    if (message.SignatureVersion === '1')
      throw new Refusal("signature version 1 rests on SHA-1; set the topic's SignatureVersion to 2");
    if (message.SignatureVersion !== '2') throw new Refusal('the version of the signature is not known');
    const url = snsUrl('SigningCertURL', message.SigningCertURL);
    if (!CERTIFICATE_PATH.test(url.pathname) || url.search !== '')
      throw new Refusal('SigningCertURL is no certificate of SNS');
    const { publicKey } = await this.certificate(url);
    const isGenuine = verify(
      'RSA-SHA256',
      Buffer.from(signedText(message), 'utf8'),
      publicKey,
      Buffer.from(message.Signature, 'base64'),
    );
    if (!isGenuine) throw new Refusal('the signature does not belong to the message');
  }

  private async certificate(url: URL): Promise<X509Certificate> {
    const known = this.certificates.get(url.href);
    const certificate = await (known ?? this.load(url));
    if (this.isCurrent(certificate)) return certificate;
    this.certificates.delete(url.href);
    throw new Refusal('the certificate of the signature is not valid now');
  }

  private load(url: URL): Promise<X509Certificate> {
    const loading = this.read(url, 'the certificate of the signature').then((pem) => {
      try {
        const certificate = new X509Certificate(pem);
        if (certificate.publicKey.asymmetricKeyType === 'rsa') return certificate;
      } catch {
        // Said below, as for a certificate with another kind of key.
      }
      throw new Refusal('SigningCertURL holds no RSA certificate');
    });
    const [oldest] = this.certificates.keys();
    if (oldest !== undefined && this.certificates.size >= MOST_CERTIFICATES) this.certificates.delete(oldest);
    this.certificates.set(url.href, loading);
    loading.catch(() => this.certificates.delete(url.href));
    return loading;
  }

  private isCurrent({ validFrom, validTo }: X509Certificate): boolean {
    return Date.parse(validFrom) <= this.now() && this.now() < Date.parse(validTo);
  }
}
