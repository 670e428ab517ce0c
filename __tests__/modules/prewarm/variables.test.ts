import { join } from 'node:path';
import { Testing } from 'cdktf';
import { HclModuleStack } from '../../../modules/parts/hcl-module';
import { propsFromVariables } from '../../../modules/prewarm/variables';
import { propsOf } from '../../aws/changes/props-of';
import { explainedProps, namesOfVariables } from '../without-variable';

const modules = join(__dirname, '../../../modules');

it('has a variable for each prop, or says in its README why there is none', () => {
  const files = ['props', 'api', 'fleet', 'given-edges', 'network', 'pop-check'].map((name) =>
    join(modules, 'prewarm', `${name}.ts`),
  );
  const props = propsOf('PrewarmProps', [
    ...files,
    join(modules, 'parts/iam-roles.ts'),
    join(modules, 'parts/public-vpc.ts'),
  ]);
  const set = namesOfVariables(propsFromVariables(new HclModuleStack(Testing.app(), 'stack')));
  const without = props.filter((prop) => !set.includes(prop));
  expect(explainedProps(join(modules, 'prewarm/README.md'), props)).toEqual(without);
});
