import { eventJson, eventLine } from '../../../../../scripts/cli/prewarm/listen/event-lines';
import type { SnsNotification } from '../../../../../scripts/cli/prewarm/listen/sns-message';
import { TOPIC } from './fake-sns';

function notification(Message: string, Subject?: string): SnsNotification {
  return {
    Type: 'Notification',
    MessageId: 'id',
    TopicArn: TOPIC,
    Timestamp: '2026-01-02T03:04:05.678Z',
    Message,
    ...(Subject !== undefined && { Subject }),
    SignatureVersion: '2',
    Signature: 'signature',
    SigningCertURL: 'url',
  };
}

const ended = {
  request_id: 'r-1',
  status: 'FINISHED',
  fetches: 1_200,
  warm: 1_199,
  failed: 1,
  bytes: 5_000_000,
};

describe('the line of a message', () => {
  it('says of a request how it ended', () => {
    expect(eventLine(notification(JSON.stringify(ended)))).toMatch(
      /^2026-01-02T03:04:05\.678Z FINISHED r-1: 1,199 of 1,200 fetches warm, 1 failed, /,
    );
  });

  it('says of an alarm which it is and why', () => {
    const alarm = { AlarmName: 'dead_letters', NewStateValue: 'ALARM', NewStateReason: '1 above 0' };
    expect(eventLine(notification(JSON.stringify(alarm)))).toContain('ALARM dead_letters: 1 above 0');
  });

  it('is one line that cannot steer a terminal, whatever the message says', () => {
    const line = eventLine(notification('x', 'bad\n\u001b[2J\u0007subject'));
    expect(line).toBe('2026-01-02T03:04:05.678Z bad \\u001b[2J\\u0007subject');
  });
});

describe('the object of a message', () => {
  it('holds what was told, parsed where it is JSON, and nothing of the signature', () => {
    expect(JSON.parse(eventJson(notification(JSON.stringify(ended), 'Prewarm FINISHED')))).toEqual({
      event: 'notification',
      message_id: 'id',
      topic_arn: TOPIC,
      timestamp: '2026-01-02T03:04:05.678Z',
      subject: 'Prewarm FINISHED',
      message: ended,
    });
    expect(JSON.parse(eventJson(notification('plain text'))).message).toBe('plain text');
  });
});
