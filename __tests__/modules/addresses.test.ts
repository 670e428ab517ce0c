/** The written modules beside a state of version 0.1: what is in it must be where it was, or be moved by Terraform itself. */
import { App } from 'cdktf';
import { hclModules } from '../../modules/build-hcl';
import { HclModuleStack } from '../../modules/parts/hcl-module';
import inStates from './addresses-0.1.json';

const modules = hclModules.flatMap(({ name, build }) => {
  const addresses: readonly string[] | undefined = Object.entries(inStates).find(([of]) => of === name)?.[1];
  return addresses === undefined ? [] : [{ name, build, addresses }];
});

it('knows every module that 0.1 had', () => {
  expect(modules.map(({ name }) => name).sort()).toEqual(Object.keys(inStates).sort());
});

// Terraform moves `x` to `x[0]` where a count is new; where for_each is, or the name is another, it destroys and creates.
it.each(modules)('$name has each address of 0.1, alone or by a count', ({ build, addresses }) => {
  const stack = new HclModuleStack(new App({ stackTraces: false }), 'module');
  build(stack);
  const { resource = {} } = stack.toTerraform() as {
    readonly resource?: Readonly<Record<string, Readonly<Record<string, object>>>>;
  };
  const kept = Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, block]) => ('for_each' in block ? [] : [`${type}.${name}`])),
  );
  expect(addresses.filter((address) => !kept.includes(address))).toEqual([]);
});
