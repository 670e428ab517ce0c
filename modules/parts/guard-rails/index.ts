import { Annotations, Aspects, type IAspect, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { encryption } from './encryption';
import { instanceMetadata } from './instance-metadata';
import { leastPrivilege } from './least-privilege';
import { logRetention } from './log-retention';
import { managedPolicies } from './managed-policies';
import { openEgress } from './open-egress';
import { openPrincipals } from './open-principals';
import { publicBuckets } from './public-buckets';
import { publicIngress } from './public-ingress';
import type { GuardRail } from './rule';
import { StackView } from './stack-view';
import { tagsPresent } from './tags-present';
import { tlsOnly } from './tls-only';

/** Rules that hold for every stack and every module. */
const common: readonly GuardRail[] = [
  leastPrivilege,
  encryption,
  tlsOnly,
  logRetention,
  managedPolicies,
  openPrincipals,
  publicIngress,
  openEgress,
  publicBuckets,
  instanceMetadata,
];

export interface GuardRailsProps {
  /** Keys of the tags that instances and volumes must carry. @default - none */
  readonly requiredTags?: readonly string[];
}

/** Checks the whole stack when it is synthesized; every finding is an error, at the construct it is about. */
export function addGuardRails(stack: TerraformStack, props: GuardRailsProps = {}): void {
  Aspects.of(stack).add(new GuardRails([...common, tagsPresent(props.requiredTags ?? [])]));
}

class GuardRails implements IAspect {
  constructor(private readonly rails: readonly GuardRail[]) {}

  visit(node: IConstruct): void {
    if (!TerraformStack.isStack(node)) return;
    const view = new StackView(node);
    for (const { resource, rule, consequence, fix } of this.rails.flatMap((rail) => rail(view)))
      Annotations.of(resource.construct).addError(`${rule}. ${consequence}. ${fix}.`);
  }
}
