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

/** Two halves are the whole; no network of anybody's own is as large as one of these. */
const EVERYWHERE = /^(?:[\d.]+\/[0-7]|[\da-f:]+\/[0-3])$/i;

/** One peer that may reach one range of ports, or be reached there. */
interface Rule {
  readonly direction: 'ingress' | 'egress';
  /** Such as `tcp 443 from`. */
  readonly way: string;
  readonly peer: string;
}

/** Rules of security groups that come and go, and what they open to everybody. */
export function securityGroupMeaning({ type, action, entry }: MeaningContext): Meaning {
  const isRule = Object.hasOwn(RULE_TYPES, type);
  if (!isRule && type !== 'aws_security_group' && type !== 'aws_default_security_group') return NO_MEANING;
  const { before, after } = entry.change;
  const old = action.kind === 'create' ? [] : rulesOf(type, before);
  const fresh = action.kind === 'delete' || action.kind === 'forget' ? [] : rulesOf(type, after);
  const [known, kept] = [keys(old), keys(fresh)];
  const added = byWay(fresh.filter((rule) => !known.has(keyOf(rule))));
  const removed = byWay(old.filter((rule) => !kept.has(keyOf(rule))));
  return {
    sentences: [
      ...added.map((rules) => `opens ${sentenceOf(rules)}`),
      ...removed.map((rules) => `closes ${sentenceOf(rules)}`),
    ],
    findings: added.flatMap(publicFinding),
  };
}

function keyOf({ direction, way, peer }: Rule): string {
  return [direction, way, peer].join('\n');
}

function keys(rules: readonly Rule[]): ReadonlySet<string> {
  return new Set(rules.map(keyOf));
}

/** Returns the rules of each way together. */
function byWay(rules: readonly Rule[]): readonly (readonly Rule[])[] {
  const ways = new Map<string, Rule[]>();
  for (const rule of rules) {
    const key = `${rule.direction}\n${rule.way}`;
    ways.set(key, [...(ways.get(key) ?? []), rule]);
  }
  return [...ways.values()];
}

function sentenceOf(rules: readonly Rule[]): string {
  const peers = rules.map(({ peer }) => peer).sort();
  return `${rules[0]?.way ?? ''} ${peers.join(', ')}`;
}

function publicFinding(rules: readonly Rule[]): readonly Finding[] {
  const isOpen = rules.some(({ direction, peer }) => direction === 'ingress' && EVERYWHERE.test(peer));
  return isOpen ? [{ kind: 'public', sentence: `opens ${sentenceOf(rules)}` }] : [];
}

function rulesOf(type: string, value: JsonValue | undefined): readonly Rule[] {
  if (!isObject(value)) return [];
  const kind = Object.hasOwn(RULE_TYPES, type) ? RULE_TYPES[type] : undefined;
  if (kind === 'by-type') return rulesIn(value['type'] === 'egress' ? 'egress' : 'ingress', value);
  if (kind !== undefined) return rulesIn(kind, value);
  return (['ingress', 'egress'] as const).flatMap((direction) => {
    const blocks = property(value, direction);
    return (isList(blocks) ? blocks : []).filter(isObject).flatMap((block) => rulesIn(direction, block));
  });
}

function rulesIn(direction: 'ingress' | 'egress', block: JsonObject): readonly Rule[] {
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
  const what = isAll ? 'every protocol' : `${protocol}${ports}`;
  const way = `${what} ${direction === 'ingress' ? 'from' : 'to'}`;
  return (peers.length === 0 ? ['nobody named yet'] : peers).map((peer) => ({ direction, way, peer }));
}
