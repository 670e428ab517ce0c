import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HclModule, writeModule } from '../../../modules/parts/hcl-module';
import { publicVpcModule } from '../../../modules/parts/public-vpc-module';
import { prewarmModule } from '../../../modules/prewarm/terraform-module';
import { REFERENCE_FOLDER } from '../../../scripts/build/reference';
import { moduleSection } from '../../../scripts/build/reference/terraform-modules-page';
import { configurationOf } from '../../support/written-module';

interface Block {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly sensitive?: boolean;
}

const modules: readonly { readonly module: HclModule; readonly demanded: readonly string[] }[] = [
  { module: prewarmModule, demanded: ['deployment', 'subnet_ids', 'vpc_id'] },
  { module: publicVpcModule, demanded: ['name'] },
];

const regions = [
  'eu-central-1',
  'cn-north-1',
  'us-gov-west-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eusc-de-east-1',
];
const partitions = [
  'aws',
  'aws-cn',
  'aws-us-gov',
  'aws-iso',
  'aws-iso-b',
  'aws-iso-e',
  'aws-iso-f',
  'aws-eusc',
];

describe.each(modules)('the Terraform module $module.name', ({ module, demanded }) => {
  const root = mkdtempSync(join(tmpdir(), 'warmpath-module-test-'));
  const folder = writeModule(module, root);
  const main = configurationOf(folder);
  const variables = Object.entries<Block>(main['variable']!);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** Whether the pattern of the variable takes the value. */
  function takes(name: string, value: string): boolean {
    const [, pattern = 'none'] =
      /regex\("([^"]+)"/.exec(
        JSON.stringify(main['variable']![name]!['validation']).replaceAll('\\"', '"'),
      ) ?? [];
    return new RegExp(pattern).test(value);
  }

  it('is described in docs/reference: after a change, run `npm run build:reference`', () => {
    expect(readFileSync(join(REFERENCE_FOLDER, 'terraform-modules.md'), 'utf8')).toContain(
      moduleSection(folder),
    );
  });

  if ('partition' in main['variable']!)
    it('takes every partition', () => {
      expect(partitions.filter((partition) => !takes('partition', partition))).toEqual([]);
      expect(takes('partition', 'aws-moon')).toBe(false);
    });

  it('describes and types every variable, and describes every output', () => {
    expect(variables.filter(([, { description, type }]) => !description || !type)).toEqual([]);
    expect(Object.entries<Block>(main['output']!).filter(([, { description }]) => !description)).toEqual([]);
  });

  it('uses every variable, and writes none of its numbers as the number that stands for it', () => {
    const { variable: _, ...rest } = main;
    const used = JSON.stringify(rest);
    expect(variables.filter(([name]) => !used.includes(`var.${name}`))).toEqual([]);
    expect(used).not.toMatch(/-1\.\d+e\+\d+/);
  });

  it('demands only what has no sensible default', () => {
    const required = variables.filter(([, block]) => !('default' in block)).map(([name]) => name);
    expect(required.sort()).toEqual(demanded);
  });

  it('takes the Regions of every partition', () => {
    expect(regions.filter((region) => !takes('region', region))).toEqual([]);
    expect(takes('region', 'eu-central')).toBe(false);
  });

  it('brings neither provider nor backend', () => {
    expect([main['provider'], main['terraform']?.['backend']]).toEqual([undefined, undefined]);
  });
});
