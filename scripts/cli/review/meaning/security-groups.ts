import {
  canonicalText,
  displayText,
  isList,
  isObject,
  type JsonObject,
  type JsonValue,
  property,
} from '../model/json-value';
import type { Finding } from '../model/stack-review';
import { type Meaning, type MeaningContext, NO_MEANING } from './context';

const RULE_TYPES: Readonly<Record<string, 'ingress' | 'egress' | 'by-type'>> = {
  aws_security_group_rule: 'by-type',
  aws_vpc_security_group_ingress_rule: 'ingress',
  aws_vpc_security_group_egress_rule: 'egress',
};

const EVERYWHERE = new Set(['0.0.0.0/0', '::/0']);

interface Rule {
  readonly direction: 'ingress' | 'egress';
  readonly peers: readonly string[];
  readonly sentence: string;
}

/** Rules of security groups that come and go, and what they open to everybody. */
export function securityGroupMeaning({ type, action, entry }: MeaningContext): Meaning {
  const isRule = Object.hasOwn(RULE_TYPES, type);
  if (!isRule && type !== 'aws_security_group' && type !== 'aws_default_security_group') return NO_MEANING;
  const { before, after } = entry.change;
  const old = action.kind === 'create' ? [] : rulesOf(type, before);
  const fresh = action.kind === 'delete' || action.kind === 'forget' ? [] : rulesOf(type, after);
  const [known, kept] = [texts(old), texts(fresh)];
  const added = fresh.filter(({ sentence }) => !known.has(sentence));
  const removed = old.filter(({ sentence }) => !kept.has(sentence));
  return {
    sentences: [
      ...added.map(({ sentence }) => `opens ${sentence}`),
      ...removed.map(({ sentence }) => `closes ${sentence}`),
    ],
    findings: added.flatMap(publicFinding),
  };
}

function texts(rules: readonly Rule[]): ReadonlySet<string> {
  return new Set(rules.map(({ sentence }) => sentence));
}

function publicFinding({ direction, peers, sentence }: Rule): readonly Finding[] {
  const isOpen = direction === 'ingress' && peers.some((peer) => EVERYWHERE.has(peer));
  return isOpen ? [{ kind: 'public', sentence: `opens ${sentence}` }] : [];
}

function rulesOf(type: string, value: JsonValue | undefined): readonly Rule[] {
  if (!isObject(value)) return [];
  const kind = Object.hasOwn(RULE_TYPES, type) ? RULE_TYPES[type] : undefined;
  if (kind === 'by-type') return [ruleOf(value['type'] === 'egress' ? 'egress' : 'ingress', value)];
  if (kind !== undefined) return [ruleOf(kind, value)];
  return (['ingress', 'egress'] as const).flatMap((direction) => {
    const blocks = property(value, direction);
    return (isList(blocks) ? blocks : []).filter(isObject).map((block) => ruleOf(direction, block));
  });
}

function ruleOf(direction: 'ingress' | 'egress', block: JsonObject): Rule {
  const peers = [
    'cidr_blocks',
    'ipv6_cidr_blocks',
    'cidr_ipv4',
    'cidr_ipv6',
    'prefix_list_ids',
    'prefix_list_id',
    'security_groups',
    'source_security_group_id',
    'referenced_security_group_id',
  ].flatMap((key) => {
    const value = property(block, key);
    if (value === undefined || value === null) return [];
    return isList(value) ? value.map(displayText) : [displayText(value)];
  });
  if (block['self'] === true) peers.push('itself');
  const protocol = displayText(block['protocol'] ?? block['ip_protocol']);
  const [from, to] = [block['from_port'] ?? null, block['to_port'] ?? null];
  const isAll = protocol === '-1' || protocol === 'all';
  const ports =
    from === null || isAll
      ? ''
      : canonicalText(from) === canonicalText(to)
        ? ` ${displayText(from)}`
        : ` ${displayText(from)}-${displayText(to)}`;
  const way = direction === 'ingress' ? 'from' : 'to';
  const peerText = [...peers].sort().join(', ') || 'nobody named yet';
  return {
    direction,
    peers,
    sentence: `${isAll ? 'every protocol' : `${protocol}${ports}`} ${way} ${peerText}`,
  };
}
