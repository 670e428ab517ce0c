import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack, Testing } from 'cdktf';
import { AiShellEcs, type AiShellEcsProps } from '../../../modules/ai-shell-ecs';
import { minimal } from './props';

type Block = Record<string, unknown>;

/** A synthesized stack, asked by resource type. */
export interface Synthesized {
  /** The attributes of the only resource of the type whose address contains `part`. */
  readonly one: (type: string, part?: string) => Block;
  readonly count: (type: string) => number;
  /** The statements of every inline policy of roles, flat. */
  readonly statements: readonly Block[];
  readonly json: Block;
}

export function synthesize(props: Partial<AiShellEcsProps> = {}): Synthesized {
  const stack = new TerraformStack(Testing.app(), 'stack');
  new AwsProvider(stack, 'aws', { region: 'eu-central-1' });
  new AiShellEcs(stack, 'shell', { ...minimal, ...props });
  const json = JSON.parse(Testing.synth(stack, true));
  function all(type: string): [string, Block][] {
    return Object.entries(json.resource[type] ?? json.data[type.replace(/^data\./, '')] ?? {});
  }
  return {
    json,
    count: (type) => all(type).length,
    one: (type, part = '') => {
      const found = all(type).filter(([id]) => id.includes(part));
      if (found.length !== 1) throw new Error(`${type} with ${part}: ${found.length} found`);
      return found[0]![1];
    },
    statements: all('aws_iam_role_policy').flatMap(
      ([, { policy }]) => JSON.parse(withoutExpressions(String(policy))).Statement,
    ),
  };
}

/** Expressions hold quotes of their own, which only Terraform can read. */
function withoutExpressions(policy: string): string {
  return policy.replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, '<known at plan>');
}

/** The text of the user data, as an instance sees it before Terraform fills in values. */
export function userDataOf(synthesized: Synthesized): string {
  const locals = Object.values(synthesized.json['locals'] as Record<string, string>);
  return locals[0]!.replaceAll('$${', '${').replaceAll('%%{', '%{');
}
