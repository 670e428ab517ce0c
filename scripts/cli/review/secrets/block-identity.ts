import type { JsonObject } from '../model/json-value';

/** Attributes that tell a block of a list from the others, the most telling first. */
const IDENTITY_KEYS = [
  'name',
  'Name',
  'key',
  'Key',
  'Sid',
  'sid',
  'id',
  'header_name',
  'device_name',
  'attribute_name',
  'index_name',
  'rule_id',
  'origin_id',
  'container_name',
  'containerPath',
  'sourceVolume',
  'containerPort',
  'path_pattern',
] as const;

/** Returns what identifies a block of a list; undefined where it has nothing of the kind. */
export function blockIdentity(block: JsonObject): string | undefined {
  for (const key of IDENTITY_KEYS) {
    const value = Object.hasOwn(block, key) ? block[key] : undefined;
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}
