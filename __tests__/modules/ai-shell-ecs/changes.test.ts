/** The list of changes that are planned on the emulator holds every prop and every variable. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aiShellEcsModules } from '../../../modules/ai-shell-ecs/terraform-module';
import { writeModule } from '../../../modules/parts/hcl-module';
import { changeCases } from '../../aws/changes/ai-shell-ecs-cases';
import { changedVariables } from '../../aws/changes/ai-shell-ecs-variables';
import { NO_SURROUNDINGS } from '../../aws/changes/no-surroundings';
import { propsOf } from '../../aws/changes/props-of';
import { configurationOf } from '../../support/written-module';

const folder = mkdtempSync(join(tmpdir(), 'warmpath-change-list-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Props that no plan here can change, each with the reason. */
const NOT_PLANNED = {
  nodeVersion: 'the provider that the emulator is driven with knows one version',
};

it('every prop has a change', () => {
  const module = join(__dirname, '../../../modules/ai-shell-ecs');
  const props = readdirSync(join(module, 'props')).map((file) => join(module, 'props', file));
  const sources = [
    ...props,
    join(module, 'image-source.ts'),
    join(module, 'aws-location.ts'),
    join(module, '../parts/iam-roles.ts'),
  ];
  const changed = [...changeCases(NO_SURROUNDINGS).map(({ prop }) => prop), ...Object.keys(NOT_PLANNED)];
  expect(propsOf('AiShellEcsProps', sources).filter((prop) => !changed.includes(prop))).toEqual([]);
});

it('every variable has a change', () => {
  const declared = aiShellEcsModules.flatMap((module) => {
    const { variable = {} } = configurationOf(writeModule(module, folder));
    return Object.keys(variable);
  });
  expect(Object.keys(changedVariables(NO_SURROUNDINGS)).sort()).toEqual([...new Set(declared)].sort());
});
