import * as z from 'zod';
import { visibleJson, visibleText } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { formatBytes, formatCount } from '../../terminal/units';
import type { SnsMessage } from './sns-message';

const ended = z.object({
  request_id: z.string(),
  status: z.string(),
  fetches: z.number(),
  warm: z.number(),
  failed: z.number(),
  bytes: z.number(),
});
const alarm = z.object({ AlarmName: z.string(), NewStateValue: z.string(), NewStateReason: z.string() });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function summary(message: SnsMessage): string {
  if (message.Type === 'SubscriptionConfirmation') return `subscribed to ${message.TopicArn}`;
  if (message.Type === 'UnsubscribeConfirmation') return `unsubscribed from ${message.TopicArn}`;
  const content = parse(message.Message);
  const request = ended.safeParse(content);
  if (request.success) {
    const { status, request_id: id, fetches, warm, failed, bytes } = request.data;
    return `${status} ${id}: ${formatCount(warm)} of ${formatCount(fetches)} fetches warm, ${formatCount(failed)} failed, ${formatBytes(bytes)}`;
  }
  const rung = alarm.safeParse(content);
  if (rung.success) return `${rung.data.NewStateValue} ${rung.data.AlarmName}: ${rung.data.NewStateReason}`;
  return message.Subject ?? message.Message;
}

/** One line for people. */
export function eventLine(message: SnsMessage): string {
  return `${message.Timestamp} ${visibleText(summary(message).replace(/\s+/g, ' ').trim())}`;
}

const EVENT_NAMES = {
  Notification: 'notification',
  SubscriptionConfirmation: 'subscribed',
  UnsubscribeConfirmation: 'unsubscribed',
} as const;

/** One line for programs: the message without what only its verification needed. */
export function eventJson(message: SnsMessage): string {
  return visibleJson({
    event: EVENT_NAMES[message.Type],
    message_id: message.MessageId,
    topic_arn: message.TopicArn,
    timestamp: message.Timestamp,
    ...(message.Type === 'Notification' && {
      ...(message.Subject !== undefined && { subject: message.Subject }),
      message: parse(message.Message),
    }),
  });
}
