import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aiShellEcsModules } from '../../../modules/ai-shell-ecs/terraform-module';
import { writeModule } from '../../../modules/parts/hcl-module';
import { REFERENCE_FOLDER } from '../../../scripts/build/reference';
import { moduleSection } from '../../../scripts/build/reference/terraform-modules-page';
import { configurationOf } from '../../support/written-module';

describe.each(aiShellEcsModules)('the Terraform module $name', (hclModule) => {
  const root = mkdtempSync(join(tmpdir(), 'warmpath-module-test-'));
  const folder = writeModule(hclModule, root);
  const main = configurationOf(folder);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('is described in docs/reference: after a change, run `npm run build:reference`', () => {
    expect(readFileSync(join(REFERENCE_FOLDER, 'terraform-modules.md'), 'utf8')).toContain(
      moduleSection(folder),
    );
  });

  it('keeps the names of the variables of the module it succeeds', () => {
    expect(Object.keys(main['variable']!)).toEqual(
      expect.arrayContaining(['ecr_repository_url', 'container_image_tag', 'instance_type']),
    );
  });

  it('describes and types every variable, and describes every output', () => {
    const bare = [
      ...Object.entries(main['variable']!).filter(([, block]) => !isDescribed(block) || !isTyped(block)),
      ...Object.entries(main['output']!).filter(([, block]) => !isDescribed(block)),
    ];
    expect(bare).toEqual([]);
  });

  it('uses every variable', () => {
    const { variable = {}, ...rest } = main;
    const used = JSON.stringify(rest);
    expect(Object.keys(variable).filter((name) => !used.includes(`var.${name}`))).toEqual([]);
  });

  it('demands only what has no sensible default', () => {
    const required = Object.entries(main['variable']!).filter(
      ([, block]) => !('default' in (block as object)),
    );
    expect(required.map(([name]) => name).sort()).toEqual([
      'ecr_repository_url',
      ...(/-(existing-cluster|spot)$/.test(hclModule.name) ? ['existing_cluster_name'] : []),
      'name',
      'subnet_ids',
      'vpc_id',
    ]);
  });

  it('brings neither provider nor backend', () => {
    expect(main['provider']).toBeUndefined();
    expect(main['terraform']?.['backend']).toBeUndefined();
  });
});

function isDescribed(block: unknown): boolean {
  return typeof block === 'object' && block !== null && 'description' in block && block.description !== '';
}

function isTyped(block: unknown): boolean {
  return typeof block === 'object' && block !== null && 'type' in block;
}
