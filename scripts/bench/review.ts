import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Bench, inTurn, resultOf } from './bench';

const run = promisify(execFile);
const RESOURCES = 2_000;
const LAUNCHER = join(__dirname, '..', 'cli', 'warmpath.cjs');

/** Writes the peak of the process's memory where the environment says, as it ends. */
const WATCH = `process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS));
});`;

/** A plan such as a rename makes: queues, task definitions, policies, templates with user data, new tables. */
function largePlan(): string {
  const changes = Array.from({ length: RESOURCES }, (_, index) => changeOf(index));
  const resources = changes.map(({ address, change }) => ({
    address,
    values: change.after,
    sensitive_values: {},
  }));
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.14.3',
    resource_changes: changes,
    planned_values: { root_module: { resources } },
  });
}

function changeOf(index: number) {
  const tags = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`tag${at}`, `value${at}`]));
  const common = {
    name: `n${index}`,
    arn: `arn:aws:sqs:eu-central-1:111111111111:n${index}`,
    tags,
    tags_all: tags,
  };
  const [type, before, after] = kindOf(index % 5);
  return {
    address: `module.part[${index % 7}].${type}.r["${index}"]`,
    mode: 'managed',
    type,
    name: 'r',
    change: {
      actions: before === null ? ['create'] : ['update'],
      before: before === null ? null : { ...common, ...before },
      after: { ...common, ...after },
      after_unknown: { id: true },
      before_sensitive: false,
      after_sensitive: {},
    },
  };
}

function kindOf(kind: number): readonly [string, object | null, object] {
  switch (kind) {
    case 0:
      return ['aws_sqs_queue', { visibility_timeout_seconds: 30 }, { visibility_timeout_seconds: 60 }];
    case 1:
      return ['aws_ecs_task_definition', containers('a1'), containers('b2')];
    case 2:
      return ['aws_iam_role_policy', policy(10), policy(12)];
    case 3:
      return ['aws_launch_template', userData('old'), userData('new')];
    default:
      return ['aws_dynamodb_table', null, { hash_key: 'id' }];
  }
}

function containers(digest: string): object {
  const environment = Array.from({ length: 20 }, (_, at) => ({ name: `V${at}`, value: `${digest}${at}` }));
  return {
    container_definitions: JSON.stringify([
      { name: 'c', image: `r@sha256:${digest.repeat(32)}`, environment },
    ]),
  };
}

function policy(actions: number): object {
  const Action = Array.from({ length: actions }, (_, at) => `s3:Get${at}`);
  const Resource = Array.from({ length: 5 }, (_, at) => `arn:aws:s3:::b${at}/*`);
  return { policy: JSON.stringify({ Statement: [{ Effect: 'Allow', Action, Resource }] }) };
}

function userData(version: string): object {
  const lines = Array.from({ length: 120 }, (_, at) => `echo line ${at}${at === 50 ? version : ''}`);
  return { user_data: Buffer.from(`#!/bin/bash\n${lines.join('\n')}\n`).toString('base64') };
}

/** How long a review of 2,000 resources takes from start to end, and its peak of memory; beside it, Node that only parses the plan. */
export const reviewBench: Bench = {
  name: 'review',
  summary: `a review of ${RESOURCES} resources, the whole process`,
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'warmpath-bench-review-'));
    try {
      const [plan, watch, peak] = ['plan.json', 'watch.cjs', 'peak'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      writeFileSync(plan, largePlan());
      writeFileSync(watch, WATCH);
      let peakKiB = 0;
      async function seconds(args: readonly string[]): Promise<number> {
        const started = performance.now();
        await run(process.execPath, ['--require', watch, ...args], {
          env: { ...process.env, PEAK_FILE: peak },
          maxBuffer: 2 ** 26,
        });
        return (performance.now() - started) / 1_000;
      }
      const { ours, parse } = await inTurn(
        {
          ours: async () => {
            const taken = await seconds([LAUNCHER, 'review', plan]);
            peakKiB = Math.max(peakKiB, Number(readFileSync(peak, 'utf8')));
            return taken;
          },
          parse: () =>
            seconds(['-e', 'JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"))', plan]),
        },
        { rounds: 5 },
        say,
      );
      return resultOf({
        name: 'review',
        unit: 's',
        ours,
        others: { 'Node that parses the plan': parse },
        ratios: {},
        targets: {},
        notes: { peakMiB: Math.round(peakKiB / 1_024), wanted: 'under 1 s and 200 MiB on a quiet machine' },
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
