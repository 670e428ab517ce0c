import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject, type JsonValue, property } from '../model/json-value';

/** Returns the construct path of every resource by its address, from the synthesized stack that lies beside the plan. */
export function constructPathsBeside(planPath: string): ReadonlyMap<string, string> {
  const configurationPath = join(dirname(planPath), 'cdk.tf.json');
  if (!existsSync(configurationPath)) return new Map();
  try {
    return constructPathsOf(JSON.parse(readFileSync(configurationPath, 'utf8')));
  } catch {
    // The plan is reviewed without the paths: they are a help, not part of what is done.
    return new Map();
  }
}

/** Returns the construct path of every resource of a synthesized stack by its address. */
export function constructPathsOf(configuration: JsonValue): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const resources = isObject(configuration) ? property(configuration, 'resource') : undefined;
  if (!isObject(resources)) return paths;
  for (const [type, byName] of Object.entries(resources))
    for (const [name, body] of Object.entries(isObject(byName) ? byName : {})) {
      const comment = isObject(body) ? property(body, '//') : undefined;
      const metadata = isObject(comment) ? property(comment, 'metadata') : undefined;
      const path = isObject(metadata) ? property(metadata, 'path') : undefined;
      if (typeof path === 'string') paths.set(`${type}.${name}`, path);
    }
  return paths;
}
