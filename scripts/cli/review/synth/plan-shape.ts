import { isList, isObject, type JsonObject, type JsonValue } from '../model/json-value';
import { parseJsonencode } from './jsonencode';

/** Attributes of the AWS provider that are maps; any other object of a resource is a block that may stand once. */
const MAPS = new Set([
  'tags',
  'tags_all',
  'volume_tags',
  'propagated_tags',
  'variables',
  'environment_variables',
  'stage_variables',
  'dimensions',
  'triggers',
  'labels',
  'metadata',
  'parameters',
  'parameter_map',
  'docker_labels',
  'default_arguments',
  'request_parameters',
  'request_templates',
  'request_models',
  'response_parameters',
  'response_templates',
  'response_models',
  'message_attributes',
]);

/** Blocks that Terraform itself reads. They are no attributes of the object, and no list. */
const META_BLOCKS = new Set(['lifecycle', 'timeouts', 'connection', 'provisioner', '//']);

/**
 * Returns a synthesized AWS resource in the shape that it has in a plan: a block that stands once is a list of one, and the
 * argument of `jsonencode` is JSON text.
 */
export function inPlanShape(type: string, body: JsonValue): JsonValue {
  return type.startsWith('aws_') && isObject(body) ? shapedBlock(body) : body;
}

function shapedBlock(block: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(block).map(([key, value]) => [key, shapedValue(key, value)]));
}

function shapedValue(key: string, value: JsonValue): JsonValue {
  if (typeof value === 'string') return parseJsonencode(value) ?? value;
  if (MAPS.has(key) || META_BLOCKS.has(key)) return value;
  if (isList(value)) return value.map((item) => (isObject(item) ? shapedBlock(item) : item));
  return isObject(value) ? [shapedBlock(value)] : value;
}
