/** A topic on loopback: signs messages, serves its certificate and takes confirmations, over TLS under SNS's own name. */
import { sign } from 'node:crypto';
import { Agent, createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { generate } from 'selfsigned';
import { makeCertificate } from '../../../../../scripts/loopback-cdn/certificate';

export const TOPIC = 'arn:aws:sns:eu-central-1:111111111111:prewarm_events_prod';
export const SNS_HOST = 'sns.eu-central-1.amazonaws.com';
const CERTIFICATE_PATHS = {
  current: `/SimpleNotificationService-${'0a'.repeat(16)}.pem`,
  expired: `/SimpleNotificationService-${'0b'.repeat(16)}.pem`,
  missing: `/SimpleNotificationService-${'0c'.repeat(16)}.pem`,
} as const;

type Fields = Record<string, string>;

const day = 24 * 60 * 60_000;

async function makeSigner(from: Date) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'sns.amazonaws.com' }], {
    keySize: 2048,
    algorithm: 'sha256',
    notBeforeDate: from,
    notAfterDate: new Date(from.getTime() + 30 * day),
  });
  return { cert, key };
}

export class FakeSns {
  /** Paths with queries, in the order they were asked for. */
  readonly asked: string[] = [];
  /** Status of the answer to a confirmation. */
  confirmationStatus = 200;

  private constructor(
    private readonly server: Server,
    private readonly signers: Readonly<Record<'current' | 'expired', { cert: string; key: string }>>,
    /** Leads requests for SNS here. */
    readonly agent: Agent,
  ) {}

  static async start(): Promise<FakeSns> {
    const { caPem, keyPem, certPem } = await makeCertificate([SNS_HOST]);
    const signers = {
      current: await makeSigner(new Date(Date.now() - day)),
      expired: await makeSigner(new Date(Date.now() - 40 * day)),
    };
    const server = createServer({ key: keyPem, cert: certPem });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const agent = Object.assign(new Agent(), {
      createConnection: (options: ConnectionOptions) =>
        connect({
          servername: SNS_HOST,
          ALPNProtocols: options.ALPNProtocols ?? [],
          host: '127.0.0.1',
          port,
          ca: caPem,
        }),
    });
    const sns = new FakeSns(server, signers, agent);
    server.on('request', (incoming, answer) => {
      const path = incoming.url ?? '';
      sns.asked.push(path);
      if (path === CERTIFICATE_PATHS.current) answer.end(signers.current.cert);
      else if (path === CERTIFICATE_PATHS.expired) answer.end(signers.expired.cert);
      else if (path.startsWith('/?Action=ConfirmSubscription'))
        answer.writeHead(sns.confirmationStatus).end('<ConfirmSubscriptionResponse/>');
      else answer.writeHead(404).end();
    });
    return sns;
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A message of the topic, signed over the fields that SNS signs, in its order. */
  message(
    fields: Fields,
    how: { certificate?: keyof typeof CERTIFICATE_PATHS; version?: '1' | '2' } = {},
  ): Fields {
    const { certificate = 'current', version = '2' } = how;
    const unsigned: Fields = {
      Type: 'Notification',
      MessageId: crypto.randomUUID(),
      TopicArn: TOPIC,
      Timestamp: new Date().toISOString(),
      ...fields,
    };
    const signed = Object.keys(unsigned)
      .sort()
      .map((name) => `${name}\n${unsigned[name]}\n`)
      .join('');
    const { key } = this.signers[certificate === 'expired' ? 'expired' : 'current'];
    return {
      ...unsigned,
      SignatureVersion: version,
      Signature: sign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256', Buffer.from(signed), key).toString(
        'base64',
      ),
      SigningCertURL: `https://${SNS_HOST}${CERTIFICATE_PATHS[certificate]}`,
    };
  }

  confirmation(fields: Fields = {}): Fields {
    const Token = 'token-of-the-subscription';
    return this.message({
      Type: 'SubscriptionConfirmation',
      Message: 'You have chosen to subscribe to the topic.',
      Token,
      SubscribeURL: `https://${SNS_HOST}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=${Token}`,
      ...fields,
    });
  }
}
