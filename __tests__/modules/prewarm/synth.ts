import { TerraformStack, Testing } from 'cdktf';
import { Prewarm, type PrewarmProps } from '../../../modules/prewarm';

type Block = Record<string, unknown>;

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Block;
}

/** A synthesized stack, asked by resource type. */
export interface Synthesized {
  readonly all: (type: string) => readonly (readonly [address: string, attributes: Block])[];
  /** The only resource of the type whose address contains `part`. */
  readonly one: (type: string, part?: string) => Block;
  /** The statements of the role whose address contains `part`. */
  readonly statements: (part: string) => readonly Statement[];
  readonly json: Block;
}

export function synthesize(props: Partial<PrewarmProps> = {}): Synthesized {
  const stack = new TerraformStack(Testing.app(), 'stack');
  new Prewarm(stack, 'prewarm', {
    deployment: 'test',
    accountId: '111111111111',
    region: 'eu-central-1',
    ...props,
  });
  const json = JSON.parse(Testing.synth(stack));
  function all(type: string): [string, Block][] {
    return Object.entries(json.resource[type] ?? {});
  }
  function one(type: string, part = ''): Block {
    const found = all(type).filter(([address]) => address.includes(part));
    if (found.length !== 1) throw new Error(`${type} with ${part}: ${found.map(([address]) => address)}`);
    return found[0]![1];
  }
  return {
    json,
    all,
    one,
    statements: (part) => JSON.parse(String(one('aws_iam_role_policy', part)['policy'])).Statement,
  };
}
