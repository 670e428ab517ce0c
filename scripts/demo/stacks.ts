import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

/** Name and resources of a synthesized stack. */
export interface StackContent {
  readonly name: string;
  readonly resourceCount: number;
  /** Resources by service, most frequent first. */
  readonly services: readonly (readonly [service: string, count: number])[];
}

const NETWORK = /^(vpc|subnet|route|internet_gateway|security_group|default_security_group|nat_gateway|eip)/;
const SERVICE = /^(api_gateway|cloudwatch_log|cloudwatch_event|autoscaling|launch_template|[a-z0-9]+)/;
const NAMES: Readonly<Record<string, string>> = {
  cloudwatch_log: 'logs',
  cloudwatch_event: 'events',
  launch_template: 'launch template',
  api_gateway: 'api gateway',
};

/** The service that a resource type belongs to, in a word or two: `aws_sqs_queue_policy` to `sqs`. */
function serviceOf(type: string): string {
  const name = type.replace(/^aws_/, '');
  if (NETWORK.test(name)) return 'network';
  const service = SERVICE.exec(name)?.[0] ?? name;
  return NAMES[service] ?? service;
}

const synthesized = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

const run = promisify(execFile);

/**
 * Runs the app, which writes every stack of every environment to `cdktf.out`.
 * Throws with what the app printed where a stack is wrong.
 */
export async function synthesize(root: string): Promise<readonly StackContent[]> {
  await run(process.execPath, ['--require', 'tsx/cjs', 'main.ts'], { cwd: root });
  const folder = join(root, 'cdktf.out', 'stacks');
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map((name) => readStack(name, join(folder, name, 'cdk.tf.json'))));
}

async function readStack(name: string, file: string): Promise<StackContent> {
  const { resource } = synthesized.parse(JSON.parse(await readFile(file, 'utf8')));
  const counts = new Map<string, number>();
  for (const [type, instances] of Object.entries(resource)) {
    const service = serviceOf(type);
    counts.set(service, (counts.get(service) ?? 0) + Object.keys(instances).length);
  }
  const services = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a.localeCompare(b));
  return { name, resourceCount: services.reduce((sum, [, count]) => sum + count, 0), services };
}

/** The services with their counts, as many as fit into `width` columns. */
export function describeServices(services: StackContent['services'], width: number): string {
  let text = '';
  for (const [index, [service, count]] of services.entries()) {
    const part = `${text === '' ? '' : ', '}${count} ${service}`;
    const more = ', …';
    const isLast = index === services.length - 1;
    if (text.length + part.length + (isLast ? 0 : more.length) > width) return text + more;
    text += part;
  }
  return text;
}
