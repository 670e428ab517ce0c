import { isList, type JsonValue, valueAt } from '../model/json-value';
import { type Meaning, type MeaningContext, NO_MEANING } from './context';

/** Attributes that open a resource to everybody when they get this value. */
const OPENING: Readonly<Record<string, Readonly<Record<string, readonly JsonValue[]>>>> = {
  aws_db_instance: { publicly_accessible: [true] },
  aws_rds_cluster_instance: { publicly_accessible: [true] },
  aws_redshift_cluster: { publicly_accessible: [true] },
  aws_dms_replication_instance: { publicly_accessible: [true] },
  aws_lambda_function_url: { authorization_type: ['NONE'] },
  aws_s3_bucket: { acl: ['public-read', 'public-read-write', 'authenticated-read'] },
  aws_s3_bucket_acl: { acl: ['public-read', 'public-read-write', 'authenticated-read'] },
  aws_s3_bucket_public_access_block: {
    block_public_acls: [false],
    block_public_policy: [false],
    ignore_public_acls: [false],
    restrict_public_buckets: [false],
  },
};

/** What becomes reachable for everybody. */
export function exposureMeaning({ type, action, entry }: MeaningContext): Meaning {
  const { before, after } = entry.change;
  if (action.kind === 'delete')
    return type === 'aws_s3_bucket_public_access_block'
      ? exposed('the block of public access goes: policies and ACLs of the bucket may open it')
      : NO_MEANING;
  const opening = Object.hasOwn(OPENING, type) ? (OPENING[type] ?? {}) : {};
  const sentences = Object.entries(opening).flatMap(([name, values]) => {
    const [old, fresh] = [valueAt(before, name), valueAt(after, name)];
    return fresh !== undefined && fresh !== old && values.includes(fresh)
      ? [`${name} = ${String(fresh)}`]
      : [];
  });
  const endpoint = publicEndpoint(type, before, after);
  const all = [...sentences, ...endpoint];
  return all.length === 0 ? NO_MEANING : exposed(`reachable for everybody: ${all.join(', ')}`);
}

function publicEndpoint(
  type: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): readonly string[] {
  if (type !== 'aws_eks_cluster') return [];
  function isOpen(value: JsonValue | undefined): boolean {
    const config = valueAt(value, 'vpc_config');
    return isList(config) && config.some((block) => valueAt(block, 'endpoint_public_access') === true);
  }
  return isOpen(after) && !isOpen(before) ? ['endpoint_public_access = true'] : [];
}

function exposed(sentence: string): Meaning {
  return { sentences: [sentence], findings: [{ kind: 'public', sentence }] };
}
