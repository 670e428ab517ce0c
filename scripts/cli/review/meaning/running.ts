import { displayText, valueAt } from '../model/json-value';
import { type Meaning, type MeaningContext, NO_MEANING, sentencesOnly } from './context';

type Sentences = (context: MeaningContext) => readonly string[];

/** What a change does to what runs and to who is told, by resource type. */
const BY_TYPE: Readonly<Record<string, Sentences>> = {
  aws_lambda_function: functionSentences,
  aws_ecs_service: serviceSentences,
  aws_cloudwatch_metric_alarm: alarmSentences,
  aws_sns_topic_subscription: subscriptionSentences,
  aws_s3_object: objectSentences,
};

export function runningMeaning(context: MeaningContext): Meaning {
  const sentences = Object.hasOwn(BY_TYPE, context.type) ? BY_TYPE[context.type] : undefined;
  return sentences === undefined ? NO_MEANING : sentencesOnly(sentences(context));
}

/** A new image is told with its digest. */
const CODE = /^(?:source_code_hash|s3_key|s3_object_version|filename)$/;

function functionSentences({ action, attributes, entry }: MeaningContext): readonly string[] {
  if (action.kind !== 'update') return [];
  const isStopped = valueAt(entry.change.after, 'reserved_concurrent_executions') === 0;
  return [
    ...(attributes.some(({ path }) => CODE.test(path))
      ? ['new code: invocations that run end on the old one']
      : []),
    ...(isStopped && attributes.some(({ path }) => path === 'reserved_concurrent_executions')
      ? ['every invocation is refused while its concurrency is 0']
      : []),
  ];
}

function serviceSentences({ action, attributes }: MeaningContext): readonly string[] {
  if (action.kind !== 'update') return [];
  const wanted = attributes.find(({ path }) => path === 'desired_count');
  const isDeployed = attributes.some(
    ({ path, isUnknown }) => path === 'task_definition' || (path === 'force_new_deployment' && !isUnknown),
  );
  return [
    ...(wanted?.after === undefined
      ? []
      : [`tasks wanted: ${displayText(wanted.before)} -> ${displayText(wanted.after)}`]),
    ...(isDeployed ? ['a deployment replaces its tasks by ones of the new revision'] : []),
  ];
}

function alarmSentences({ action, attributes, entry }: MeaningContext): readonly string[] {
  if (action.kind !== 'update') return [];
  const { before, after } = entry.change;
  const sentences: string[] = [];
  if (valueAt(after, 'actions_enabled') === false && valueAt(before, 'actions_enabled') !== false)
    sentences.push('the alarm rings, and nobody is told');
  const threshold = attributes.find(({ path }) => path === 'threshold');
  const operator = valueAt(after, 'comparison_operator');
  if (typeof threshold?.before === 'number' && typeof threshold.after === 'number') {
    const isRaised = threshold.after > threshold.before;
    if (typeof operator === 'string' && /^(?:Greater|Less)/.test(operator))
      sentences.push(
        isRaised === operator.startsWith('Greater') ? 'the alarm rings later' : 'the alarm rings sooner',
      );
  }
  return sentences;
}

function subscriptionSentences({ action, entry }: MeaningContext): readonly string[] {
  const protocol = valueAt(entry.change.after, 'protocol');
  const isAsked = typeof protocol === 'string' && /^(?:email|email-json|https?)$/.test(protocol);
  const isNew = action.kind === 'create' || action.kind === 'replace';
  return isNew && isAsked ? ['nothing is sent to it until it confirms the subscription'] : [];
}

/** Every plan shows such a change anew: the etag of an upload in parts is no digest of its content. */
function objectSentences({ action, attributes }: MeaningContext): readonly string[] {
  const etag = attributes.find(({ path }) => path === 'etag');
  const isOfParts = typeof etag?.before === 'string' && /^[0-9a-f]{32}-\d+$/.test(etag.before);
  if (action.kind !== 'update' || !isOfParts) return [];
  return [
    'its etag is that of an upload in parts, which no file has: its content may be the same; source_hash tells',
  ];
}
