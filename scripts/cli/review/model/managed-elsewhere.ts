/**
 * Attributes that the provider fills in from resources of their own: after a first apply the next reading finds the rules of a
 * group in it, the policy of a queue, the inline policies of a role. The plan lists that as drift, and nobody changed anything.
 */
import type { PlanDocument, PlanResourceChange } from '../input/plan-document';
import { parseEmbeddedJson } from '../secrets/embedded-json';
import { canonicalText, isList, isObject, type JsonValue, valueAt } from './json-value';

/** Types of the resources that fill an attribute in, by `TYPE.ATTRIBUTE`. */
const FILLED_BY: Readonly<Record<string, RegExp>> = {
  'aws_iam_role.inline_policy': /^aws_iam_role_polic(?:y|ies_exclusive)$/,
  'aws_iam_role.managed_policy_arns': /^aws_iam_(?:role_policy|policy)_attachment$/,
  'aws_security_group.ingress': /^aws_(?:vpc_)?security_group_(?:ingress_)?rule$/,
  'aws_security_group.egress': /^aws_(?:vpc_)?security_group_(?:egress_)?rule$/,
  'aws_sqs_queue.policy': /^aws_sqs_queue_policy$/,
  'aws_sqs_queue.redrive_policy': /^aws_sqs_queue_redrive_policy$/,
  'aws_sqs_queue.redrive_allow_policy': /^aws_sqs_queue_redrive_allow_policy$/,
  'aws_sns_topic.policy': /^aws_sns_topic_policy$/,
  'aws_kms_key.policy': /^aws_kms_key_policy$/,
  'aws_secretsmanager_secret.policy': /^aws_secretsmanager_secret_policy$/,
  'aws_s3_bucket.policy': /^aws_s3_bucket_policy$/,
  'aws_s3_bucket.lifecycle_rule': /^aws_s3_bucket_lifecycle_configuration$/,
  'aws_s3_bucket.versioning': /^aws_s3_bucket_versioning$/,
  'aws_s3_bucket.server_side_encryption_configuration':
    /^aws_s3_bucket_server_side_encryption_configuration$/,
  'aws_s3_bucket.cors_rule': /^aws_s3_bucket_cors_configuration$/,
  'aws_s3_bucket.logging': /^aws_s3_bucket_logging$/,
  'aws_route_table.route': /^aws_route$/,
  'aws_api_gateway_rest_api.policy': /^aws_api_gateway_rest_api_policy$/,
  'aws_ecs_cluster.capacity_providers': /^aws_ecs_cluster_capacity_providers$/,
  'aws_autoscaling_group.target_group_arns': /^aws_autoscaling_(?:attachment|traffic_source_attachment)$/,
};

/** Returns the resources that may fill an attribute of this type in, as they are in the account. */
export function fillersOf(plan: PlanDocument, type: string, attribute: string): readonly JsonValue[] {
  const key = `${type}.${attribute}`;
  const pattern = Object.hasOwn(FILLED_BY, key) ? FILLED_BY[key] : undefined;
  if (pattern === undefined) return [];
  return (plan.resource_changes ?? [])
    .filter((change) => pattern.test(change.type))
    .map(({ change }: PlanResourceChange) => change.before ?? null);
}

/**
 * Returns whether an attribute that was empty, or a policy of whatever text, holds now only what resources of their own put
 * there: all that a block says is said by one of them.
 */
export function isFilledIn(
  before: JsonValue | undefined,
  value: JsonValue | undefined,
  fillers: readonly JsonValue[],
): boolean {
  const wasEmpty = leavesOf(before).length === 0 && !holdsTrue(before);
  if (fillers.length === 0 || !(wasEmpty || typeof value === 'string')) return false;
  const said = fillers.map((filler) => new Set(leavesOf(filler)));
  const blocks = isList(value) ? value : [value ?? null];
  return blocks.every((block) => {
    const leaves = leavesOf(block);
    return said.some((texts) => leaves.every((leaf) => texts.has(leaf)));
  });
}

function holdsTrue(value: JsonValue | undefined): boolean {
  return canonicalText(value).includes('true');
}

/** Returns what a value says: every text and number in it; JSON in a text as JSON. Empty values and switches say nothing. */
function leavesOf(value: JsonValue | undefined): readonly string[] {
  if (value === undefined || value === null || value === '' || typeof value === 'boolean') return [];
  if (isList(value)) return value.flatMap(leavesOf);
  if (isObject(value)) return Object.keys(value).flatMap((key) => leavesOf(valueAt(value, key)));
  const embedded = typeof value === 'string' ? parseEmbeddedJson(value) : undefined;
  return [canonicalText(embedded === undefined ? value : withoutListsOfOne(embedded))];
}

/** A policy may write a list of one as the one, and a list of texts in any order. */
function withoutListsOfOne(value: JsonValue): JsonValue {
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutListsOfOne(item)]));
  if (!isList(value)) return value;
  const [first, ...others] = value.map(withoutListsOfOne);
  if (typeof first === 'string' && others.length === 0) return first;
  return value.every((item) => typeof item === 'string') ? [...value].sort() : value.map(withoutListsOfOne);
}
