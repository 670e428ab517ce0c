/** The list of changes that are planned on the emulator holds every prop and every variable. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeModule } from '../../../modules/parts/hcl-module';
import { prewarmModule } from '../../../modules/prewarm/terraform-module';
import { NO_SURROUNDINGS } from '../../aws/changes/no-surroundings';
import { changedPrewarmVariables, prewarmCases } from '../../aws/changes/prewarm-cases';
import { propsOf } from '../../aws/changes/props-of';
import { configurationOf } from '../../support/written-module';

const folder = mkdtempSync(join(tmpdir(), 'warmpath-change-list-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('every prop has a change', () => {
  const sources = [
    'prewarm/props.ts',
    'prewarm/api.ts',
    'prewarm/fleet.ts',
    'prewarm/given-edges.ts',
    'prewarm/network.ts',
    'prewarm/pop-check.ts',
    'parts/iam-roles.ts',
    'parts/public-vpc.ts',
  ].map((file) => join(__dirname, '../../../modules', file));
  const changed = prewarmCases(NO_SURROUNDINGS).map(({ prop }) => prop);
  expect([...new Set(changed)].sort()).toEqual(propsOf('PrewarmProps', sources));
});

it('every variable has a change', () => {
  const { variable = {} } = configurationOf(writeModule(prewarmModule, folder));
  expect(Object.keys(changedPrewarmVariables(NO_SURROUNDINGS)).sort()).toEqual(Object.keys(variable).sort());
});
