import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack, Testing } from 'cdktf';
import { addGuardRails, type GuardRailsProps } from '../../../../modules/parts/guard-rails';

/** Builds a stack behind the guard rails and answers `[path] message` of everything they found. */
export function findings(build: (stack: TerraformStack) => void, props?: GuardRailsProps): readonly string[] {
  const stack = new TerraformStack(Testing.app(), 'stack');
  new AwsProvider(stack, 'aws', { region: 'eu-central-1' });
  build(stack);
  addGuardRails(stack, props);
  Testing.synth(stack);
  return stack.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === '@cdktf/error')
        .map(({ data }) => `[${node.path}] ${String(data)}`),
    );
}
