import { displayText, isList, type JsonValue, valueAt } from '../model/json-value';
import type { Finding } from '../model/stack-review';
import { type Meaning, type MeaningContext, NO_MEANING } from './context';

interface Retention {
  readonly attribute: string;
  readonly what: string;
  readonly unit: string;
}

/** How long data is kept, by resource type. */
const RETENTIONS: Readonly<Record<string, Retention>> = {
  aws_cloudwatch_log_group: { attribute: 'retention_in_days', what: 'log events', unit: 'days' },
  aws_sqs_queue: { attribute: 'message_retention_seconds', what: 'messages', unit: 'seconds' },
  aws_kinesis_stream: { attribute: 'retention_period', what: 'records', unit: 'hours' },
  aws_db_instance: { attribute: 'backup_retention_period', what: 'backups', unit: 'days' },
  aws_rds_cluster: { attribute: 'backup_retention_period', what: 'backups', unit: 'days' },
};

/** Attributes that keep a resource or its data from being lost, and the value that lets it go. */
const PROTECTIONS: readonly {
  readonly path: readonly string[];
  readonly off: JsonValue;
  readonly sentence: string;
}[] = [
  {
    path: ['deletion_protection'],
    off: false,
    sentence: 'deletion protection goes: a later plan can delete it',
  },
  {
    path: ['deletion_protection'],
    off: 'INACTIVE',
    sentence: 'deletion protection goes: a later plan can delete it',
  },
  {
    path: ['deletion_protection_enabled'],
    off: false,
    sentence: 'deletion protection goes: a later plan can delete it',
  },
  {
    path: ['enable_deletion_protection'],
    off: false,
    sentence: 'deletion protection goes: a later plan can delete it',
  },
  {
    path: ['force_destroy'],
    off: true,
    sentence: 'force_destroy is set: deleting it deletes what is in it as well',
  },
  {
    path: ['force_delete'],
    off: true,
    sentence: 'force_delete is set: deleting it deletes what is in it as well',
  },
  { path: ['skip_final_snapshot'], off: true, sentence: 'no final snapshot is taken when it is deleted' },
  {
    path: ['point_in_time_recovery', 'enabled'],
    off: false,
    sentence: 'point-in-time recovery goes, with the backups that it made',
  },
];

/** What is kept for a shorter time, and which protections go. */
export function keepingMeaning({ type, action, entry }: MeaningContext): Meaning {
  if (action.kind !== 'update') return NO_MEANING;
  const { before, after } = entry.change;
  const shorter = shorterRetention(type, before, after);
  const gone = PROTECTIONS.filter(
    ({ path, off }) => within(after, path) === off && ![off, undefined].includes(within(before, path)),
  ).map(({ sentence }) => sentence);
  const findings: readonly Finding[] =
    shorter === undefined ? [] : [{ kind: 'data-loss', sentence: shorter }];
  return { sentences: [...(shorter === undefined ? [] : [shorter]), ...new Set(gone)], findings };
}

/** No retention, or 0, keeps for ever where logs are kept, and keeps nothing elsewhere. */
function shorterRetention(
  type: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): string | undefined {
  const retention = Object.hasOwn(RETENTIONS, type) ? RETENTIONS[type] : undefined;
  if (retention === undefined) return undefined;
  const { attribute, what, unit } = retention;
  const [old, fresh] = [valueAt(before, attribute), valueAt(after, attribute)];
  if (typeof old !== 'number' || typeof fresh !== 'number') return undefined;
  const isForever = type === 'aws_cloudwatch_log_group';
  const [from, to] = [old, fresh].map((value) =>
    isForever && value === 0 ? Number.POSITIVE_INFINITY : value,
  ) as [number, number];
  return to < from ? `${what} older than ${displayText(fresh)} ${unit} are deleted` : undefined;
}

/** Returns what lies at a path of blocks that are there at most once. */
function within(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const key of path) found = valueAt(isList(found) ? found[0] : found, key);
  return found;
}
