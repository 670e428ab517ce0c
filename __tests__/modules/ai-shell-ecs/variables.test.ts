import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Testing } from 'cdktf';
import { propsFromVariables } from '../../../modules/ai-shell-ecs/variables';
import { HclModuleStack } from '../../../modules/parts/hcl-module';
import { propsOf } from '../../aws/changes/props-of';
import { explainedProps, namesOfVariables } from '../without-variable';

const folder = join(__dirname, '../../../modules/ai-shell-ecs');

it('has a variable for each prop, or says in its README why there is none', () => {
  const files = readdirSync(join(folder, 'props')).map((file) => join(folder, 'props', file));
  const props = propsOf('AiShellEcsProps', [
    ...files,
    join(folder, 'image-source.ts'),
    join(folder, 'aws-location.ts'),
    join(folder, '../parts/iam-roles.ts'),
  ]);
  const flavours = [
    { cluster: 'own', goldenAmi: true, rollout: 'replace', capacity: 'on-demand' },
    { cluster: 'existing', goldenAmi: false, rollout: 'in-place', capacity: 'on-demand' },
    { cluster: 'existing', goldenAmi: false, rollout: 'replace', capacity: 'spot' },
  ] as const;
  const set = flavours.flatMap((flavour) =>
    namesOfVariables(propsFromVariables(new HclModuleStack(Testing.app(), 'stack'), flavour)),
  );
  const without = props.filter(
    // A variable may set an object whole.
    (prop) => !set.some((name) => prop === name || prop.startsWith(`${name}.`)),
  );
  expect(explainedProps(join(folder, 'README.md'), props)).toEqual(without);
});
