/**
 * Records what Terraform plans for changes that operators make, from stacks that are applied to the emulator:
 *
 *   npx jest --config jest.aws.config.cjs --runInBand --testMatch '<rootDir>/__tests__/aws/record-plans.ts'
 *
 * The reviews of these plans are golden files of `npm test`.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeployedCopy } from './support/deployed-copy';

const FOLDER = join(__dirname, '..', 'scripts', 'cli', 'review', 'real-plans');

type Edit = readonly [string, string];

/** Changes of environments.ts, by the name of their plan. Another environment name makes another stack of the same state. */
const SHELL_CHANGES: Readonly<Record<string, readonly Edit[]>> = {
  'shell-image-digest': [['1f'.repeat(32), '2e'.repeat(32)]],
  'shell-machine-image': [['ami-0a1b2c3d4e5f60718', 'ami-0b1c2d3e4f5061728']],
  'shell-instance-type-and-bound': [["['t4g.small'], maxSize: 1", "['t4g.medium'], maxSize: 2"]],
  'shell-sessions-without-record': [['maxSize: 1 },\n    },', 'maxSize: 1 },\n      exec: false,\n    },']],
  'shell-tag-everywhere': [
    [
      "region: 'eu-central-1',\n    backend: { kind: 'local'",
      "region: 'eu-central-1',\n    tags: { CostCentre: '4711' },\n    backend: { kind: 'local'",
    ],
  ],
  'shell-environment-renamed': [['  local: {', '  trial: {']],
};

const PREWARM_CHANGES: Readonly<Record<string, readonly Edit[]>> = {
  'prewarm-fleet': [['fleet: { maxInstances: 1 }', 'fleet: { maxInstances: 4 }']],
  'prewarm-shorter-retention': [
    ['fleet: { maxInstances: 1 }', 'fleet: { maxInstances: 1 },\n      logRetentionDays: 7,\n     '],
  ],
};

test.each([
  ['ai-shell-ecs', SHELL_CHANGES],
  ['prewarm', PREWARM_CHANGES],
])('the changes of %s are planned and recorded', async (part, changes) => {
  const copy = new DeployedCopy();
  try {
    await copy.succeeds('npm', ['run', 'deploy', '--', `${part}-local`, '--auto-approve']);
    for (const [name, edits] of Object.entries(changes)) {
      copy.edit('environments.ts', ...edits);
      await copy.succeeds('npm', ['run', 'synth']);
      const stack = `${part}-${name.endsWith('renamed') ? 'trial' : 'local'}`;
      if (stack !== `${part}-local`)
        cpSync(
          join(copy.folder, `.state/${part}-local.tfstate`),
          join(copy.folder, `.state/${stack}.tfstate`),
        );
      const folder = `cdktf.out/stacks/${stack}`;
      await copy.succeeds('terraform', ['init', '-input=false'], folder);
      await copy.plan('terraform', folder);
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(
        join(FOLDER, `${name}.json`),
        `${JSON.stringify(withoutWhatIsLeftAlone(JSON.parse(await copy.planJson('terraform', folder))))}\n`,
      );
      copy.edit('environments.ts', ...edits.map(([from, to]) => [to, from] as const));
    }
  } finally {
    copy.close();
  }
});

interface Plan {
  readonly resource_changes: readonly {
    readonly type: string;
    readonly change: { readonly actions: readonly string[]; readonly before: unknown };
  }[];
  readonly [key: string]: unknown;
}

/** Leaves out the state, and of objects that are not touched all but what tells drift from what resources fill in. */
function withoutWhatIsLeftAlone({
  prior_state: _state,
  planned_values: _values,
  configuration: _configuration,
  ...plan
}: Plan): Plan {
  return {
    ...plan,
    resource_changes: plan.resource_changes
      .filter(
        ({ type, change }) =>
          change.actions.join() !== 'no-op' ||
          /_polic(?:y|ies)|_rule$|_attachment$|^aws_s3_bucket_/.test(type),
      )
      .map((entry) =>
        entry.change.actions.join() === 'no-op'
          ? { ...entry, change: { actions: entry.change.actions, before: entry.change.before } }
          : entry,
      ),
  };
}
