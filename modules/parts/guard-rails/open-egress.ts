import type { GuardRail } from './rule';
import { type Attributes, blocks, type SeenResource, strings } from './stack-view';

/** Security groups limit egress to the protocols and ports that are needed. */
export const openEgress: GuardRail = (stack) =>
  stack.resources
    .filter((resource) => egressBlocks(resource).some(isAnyProtocol))
    .map((resource) => ({
      resource,
      rule: `No egress by every protocol: ${resource.address} opens all ports outwards`,
      consequence: 'A program that was broken into sends what it finds wherever it likes',
      fix: 'Name protocol and port, such as tcp 443',
    }));

function egressBlocks(resource: SeenResource): readonly Attributes[] {
  switch (resource.type) {
    case 'aws_security_group':
      return blocks(resource.attributes['egress']);
    case 'aws_security_group_rule':
      return resource.attributes['type'] === 'egress' ? [resource.attributes] : [];
    case 'aws_vpc_security_group_egress_rule':
      return [resource.attributes];
    default:
      return [];
  }
}

function isAnyProtocol(block: Attributes): boolean {
  const protocols = [...strings(block['protocol']), ...strings(block['ip_protocol'])];
  return protocols.some((protocol) => protocol === '-1' || protocol === 'all');
}
