import type { GuardRail } from './rule';
import { type Attributes, blocks, type SeenResource, strings } from './stack-view';

const anywhere = new Set(['0.0.0.0/0', '::/0']);

/** No security group allows ingress from the internet. */
export const publicIngress: GuardRail = (stack) =>
  stack.resources
    .filter((resource) => ingressBlocks(resource).some(isOpen))
    .map((resource) => ({
      resource,
      rule: `No ingress from everywhere: ${resource.address} opens a port to 0.0.0.0/0 or ::/0`,
      consequence: 'Everybody on the internet can try to get in',
      fix: 'Name the security group or the addresses that need it; for a shell use Session Manager, which needs no ingress',
    }));

function ingressBlocks(resource: SeenResource): readonly Attributes[] {
  switch (resource.type) {
    case 'aws_security_group':
    case 'aws_default_security_group':
      return blocks(resource.attributes['ingress']);
    case 'aws_security_group_rule':
      return resource.attributes['type'] === 'ingress' ? [resource.attributes] : [];
    case 'aws_vpc_security_group_ingress_rule':
      return [resource.attributes];
    default:
      return [];
  }
}

function isOpen(block: Attributes): boolean {
  const sources = ['cidr_blocks', 'ipv6_cidr_blocks', 'cidr_ipv4', 'cidr_ipv6'];
  return sources.some((source) => strings(block[source]).some((address) => anywhere.has(address)));
}
