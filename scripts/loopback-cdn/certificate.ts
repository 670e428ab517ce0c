import { generate } from 'selfsigned';

/** A throw-away certificate authority and the edge certificate it signed, as PEM. */
export interface Certificate {
  readonly caPem: string;
  readonly keyPem: string;
  readonly certPem: string;
}

const EC = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/** Makes a certificate authority and one certificate that is valid for `hosts` (a leading `*.` is allowed). */
export async function makeCertificate(hosts: readonly string[]): Promise<Certificate> {
  const ca = await generate([{ name: 'commonName', value: 'Warmpath loopback CA' }], {
    ...EC,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const edge = await generate([{ name: 'commonName', value: hosts[0] ?? 'localhost' }], {
    ...EC,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) },
    ],
  });
  return { caPem: ca.cert, keyPem: edge.private, certPem: edge.cert };
}
