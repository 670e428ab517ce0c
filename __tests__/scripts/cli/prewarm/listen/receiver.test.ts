import { once } from 'node:events';
import { request } from 'node:https';
import { Inbox } from '../../../../../scripts/cli/prewarm/listen/inbox';
import { type Receiver, startReceiver } from '../../../../../scripts/cli/prewarm/listen/receiver';
import { RecentMessages } from '../../../../../scripts/cli/prewarm/listen/recent-messages';
import { snsClient } from '../../../../../scripts/cli/prewarm/listen/sns-client';
import type { SnsMessage } from '../../../../../scripts/cli/prewarm/listen/sns-message';
import { SnsSignatures } from '../../../../../scripts/cli/prewarm/listen/sns-signature';
import { makeCertificate } from '../../../../../scripts/loopback-cdn/certificate';
import { FakeSns, SNS_HOST, TOPIC } from './fake-sns';

let sns: FakeSns;
let receiver: Receiver;
let received: SnsMessage[] = [];
let problems: string[] = [];

function start(tls?: { cert: string; key: string }): Promise<Receiver> {
  const read = snsClient(sns.agent);
  return startReceiver({
    host: '127.0.0.1',
    port: 0,
    ...(tls && { tls }),
    inbox: new Inbox({
      topics: [TOPIC],
      signatures: new SnsSignatures(read),
      read,
      recent: new RecentMessages(),
      onMessage: (message) => received.push(message),
    }),
    onProblem: (line) => problems.push(line),
  });
}

beforeAll(async () => {
  sns = await FakeSns.start();
});
beforeEach(async () => {
  received = [];
  problems = [];
  sns.asked.length = 0;
  sns.confirmationStatus = 200;
  receiver = await start();
});
afterEach(() => receiver.stop());
afterAll(() => sns.close());

async function post(body: unknown, url = receiver.url): Promise<number> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=UTF-8' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return answer.status;
}

function notification(fields: Record<string, string> = {}) {
  return sns.message({ Message: '{"status":"FINISHED"}', Subject: 'Prewarm FINISHED', ...fields });
}

describe('what SNS signed', () => {
  it('is received, with and without a subject, whatever characters it holds', async () => {
    expect(await post(notification())).toBe(200);
    expect(await post(sns.message({ Message: 'two\nlines, ümlaut and "quotes"' }))).toBe(200);
    expect(received.map(({ Message }) => Message)).toEqual([
      '{"status":"FINISHED"}',
      'two\nlines, ümlaut and "quotes"',
    ]);
    expect(problems).toEqual([]);
  });

  it('is verified by a certificate that is read once', async () => {
    for (const _ of [1, 2, 3]) await post(notification());
    expect(sns.asked).toEqual([expect.stringMatching(/\.pem$/)]);
  });

  it('is told once, when it comes again', async () => {
    const message = notification();
    expect([await post(message), await post(message)]).toEqual([200, 200]);
    expect(received).toHaveLength(1);
  });

  it('confirms the subscription, once SNS has taken the confirmation', async () => {
    const confirmation = sns.confirmation();
    sns.confirmationStatus = 500;
    expect(await post(confirmation)).toBe(503);
    expect(received).toEqual([]);
    sns.confirmationStatus = 200;
    expect(await post(confirmation)).toBe(200);
    expect(received).toMatchObject([{ Type: 'SubscriptionConfirmation', TopicArn: TOPIC }]);
    expect(sns.asked.filter((path) => path.includes('ConfirmSubscription'))).toHaveLength(2);
  });

  it('says that the subscription has ended, and does not renew it', async () => {
    expect(await post(sns.confirmation({ Type: 'UnsubscribeConfirmation' }))).toBe(200);
    expect(received).toMatchObject([{ Type: 'UnsubscribeConfirmation' }]);
    expect(sns.asked.join()).not.toContain('ConfirmSubscription');
  });
});

describe('what is refused', () => {
  afterEach(() => expect(received).toEqual([]));

  async function refused(message: unknown, reason: RegExp, status = 403) {
    expect(await post(message)).toBe(status);
    expect(problems).toEqual([expect.stringMatching(reason)]);
  }

  it.each(['Message', 'Subject', 'MessageId', 'Timestamp'])(
    'a message whose %s was changed',
    async (field) => {
      const message = notification();
      const changed =
        field === 'Timestamp' ? new Date(Date.now() - 1_000).toISOString() : `${message[field]}!`;
      await refused({ ...message, [field]: changed }, /the signature does not belong to the message/);
    },
  );

  it('a confirmation whose token was changed', async () => {
    const message = sns.confirmation();
    await refused({ ...message, Token: 'another' }, /the signature does not belong/);
  });

  it('signature version 1, genuine as it may be', async () => {
    await refused(sns.message({ Message: 'x' }, { version: '1' }), /version 1 rests on SHA-1/);
  });

  it('a signature that claims version 2 and is made with SHA-1', async () => {
    await refused(
      { ...sns.message({ Message: 'x' }, { version: '1' }), SignatureVersion: '2' },
      /the signature does not belong/,
    );
  });

  it.each([
    'Type',
    'MessageId',
    'TopicArn',
    'Message',
    'Subject',
    'Timestamp',
    'SignatureVersion',
    'Signature',
    'SigningCertURL',
    'x-of-their-own',
  ])('a message that nobody signed, of whose %s nothing is said', async (field) => {
    for (const text of [
      'https://sns.buy-now.amazonaws.com/SimpleNotificationService-0a.pem',
      'buy-now \u001b[31m',
    ]) {
      problems = [];
      const certificate = `https://sns.buy-now.amazonaws.com/SimpleNotificationService-${'ab'.repeat(16)}.pem`;
      const changed = { ...notification(), SigningCertURL: certificate, [field]: text };
      expect(await post(changed)).not.toBe(200);
      expect(problems).toHaveLength(1);
      for (const theirs of ['buy-now', '\u001b']) expect(problems[0]).not.toContain(theirs);
    }
  });

  it('a topic that is not asked for, before anything is read for it', async () => {
    await refused(notification({ TopicArn: `${TOPIC}_of_somebody` }), /none of --topic/);
    expect(sns.asked).toEqual([]);
  });

  it.each([
    'http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0a.pem',
    'https://sns.eu-central-1.amazonaws.com.example.com/x.pem',
    'https://example.com/sns.eu-central-1.amazonaws.com.pem',
    'https://sns.eu-central-1.amazonaws.com:8443/x.pem',
    'https://user@sns.eu-central-1.amazonaws.com/x.pem',
    'https://127.0.0.1/x.pem',
    'not a url',
  ])('a certificate from %s', async (url) => {
    await refused({ ...notification(), SigningCertURL: url }, /SigningCertURL is no https address of sns/);
    expect(sns.asked).toEqual([]);
  });

  it('something else on the host of SNS as certificate', async () => {
    await refused(
      { ...notification(), SigningCertURL: `https://${SNS_HOST}/?Action=Subscribe` },
      /SigningCertURL is no certificate of SNS/,
    );
    expect(sns.asked).toEqual([]);
  });

  it('a certificate that has expired', async () => {
    await refused(sns.message({ Message: 'x' }, { certificate: 'expired' }), /is not valid now/);
  });

  it('a message that is too old, or of a time to come', async () => {
    for (const minutes of [-120, 30]) {
      problems = [];
      const Timestamp = new Date(Date.now() + minutes * 60_000).toISOString();
      await refused(notification({ Timestamp }), /too old, or the clock is wrong/);
    }
  });

  it('a confirmation, genuine but for another subscription or of another host', async () => {
    for (const SubscribeURL of [
      `https://${SNS_HOST}/?Action=DeleteTopic&TopicArn=${TOPIC}&Token=token-of-the-subscription`,
      `https://${SNS_HOST}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=another`,
    ]) {
      problems = [];
      await refused(sns.confirmation({ SubscribeURL }), /SubscribeURL does not confirm/);
    }
    problems = [];
    await refused(
      sns.confirmation({ SubscribeURL: 'https://169.254.169.254/?Action=ConfirmSubscription' }),
      /SubscribeURL is no https address of sns/,
    );
    expect(sns.asked.filter((path) => !path.endsWith('.pem'))).toEqual([]);
  });

  it('what is no message of SNS, with a hint at raw delivery', async () => {
    await refused('warm', /no JSON; with raw delivery/, 400);
    problems = [];
    await refused({ Type: 'Notification', Message: 'x' }, /no message of SNS: MessageId, TopicArn/, 400);
  });

  it('a body that is larger than any message', async () => {
    await refused('x'.repeat(2 * 1024 * 1024 + 1), /more than 2097152 bytes/, 413);
  });
});

describe('the receiver', () => {
  it('asks SNS to come again when it cannot read the certificate, and keeps no failure', async () => {
    const message = sns.message({ Message: 'x' }, { certificate: 'missing' });
    expect([await post(message), await post(message)]).toEqual([503, 503]);
    expect(sns.asked).toHaveLength(2);
    expect(problems[0]).toBe(
      'later: the certificate of the signature could not be read from SNS: status 404',
    );
  });

  it('answers a health check, and no other request than POST', async () => {
    expect((await fetch(`${receiver.url}/health`)).status).toBe(200);
    expect((await fetch(receiver.url)).status).toBe(405);
  });

  it('speaks TLS by itself', async () => {
    const { caPem, certPem, keyPem } = await makeCertificate(['localhost']);
    const secure = await start({ cert: certPem, key: keyPem });
    const posted = request(secure.url, { agent: false, ca: caPem, servername: 'localhost', method: 'POST' });
    posted.end(JSON.stringify(notification()));
    const [answer] = await once(posted, 'response');
    answer.resume();
    expect([secure.url.slice(0, 8), answer.statusCode]).toEqual(['https://', 200]);
    expect(received).toHaveLength(1);
    await secure.stop();
  });
});
