import { Annotations } from 'cdktf';
import type { Construct } from 'constructs';
import { lockedProviderVersion } from './provider-lock';

/** Major versions of Node.js that functions and agents run on. */
export type NodeVersion = 22 | 24;

interface NodeRuntime {
  /** Day after which AWS no longer updates it, from the page of Lambda's runtimes. */
  readonly endsOn: string;
  /** First version of the AWS provider that knows it; Terraform refuses it with any older one before it plans. */
  readonly knownFrom: string;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const NODE_RUNTIMES: Readonly<Record<NodeVersion, NodeRuntime>> = {
  22: { endsOn: '2027-04-30', knownFrom: '5.100.0' },
  24: { endsOn: '2028-04-30', knownFrom: '6.19.0' },
};

const NEWEST_FIRST = [24, 22] as const satisfies readonly NodeVersion[];

/** Returns the versions of the AWS provider that know the runtime, as a constraint. */
export function providersThatKnow(version: NodeVersion): string {
  return `>= ${NODE_RUNTIMES[version].knownFrom}, < 7.0.0`;
}

function isAtLeast(version: string, least: string): boolean {
  return version.localeCompare(least, 'en', { numeric: true }) >= 0;
}

/** Returns the newest version that this version of the AWS provider knows. */
export function newestNodeVersion(providerVersion: string): NodeVersion {
  return NEWEST_FIRST.find((version) => isAtLeast(providerVersion, NODE_RUNTIMES[version].knownFrom)) ?? 22;
}

/** The newest version that the provider of the repository's lock knows; what runs where nothing else is said. */
export const DEFAULT_NODE_VERSION: NodeVersion = newestNodeVersion(
  lockedProviderVersion() ?? NODE_RUNTIMES[22].knownFrom,
);

/**
 * Returns what is wrong with a version that the locked provider does not know; nothing where no provider is locked here, and
 * Terraform goes by the versions that the stack accepts.
 */
export function nodeVersionFault(version: NodeVersion, locked = lockedProviderVersion()): string | undefined {
  const { knownFrom } = NODE_RUNTIMES[version];
  return locked === undefined || isAtLeast(locked, knownFrom)
    ? undefined
    : `nodeVersion: got ${version} with the AWS provider ${locked} of .terraform.lock.hcl, which does not know nodejs${version}.x; ` +
        `it needs ${knownFrom} or later; raise the lock with npm run lock, or take ${newestNodeVersion(locked)}`;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const WARN_DAYS = 180;

/** Returns a warning from 180 days before AWS ends the version's updates; `undefined` before that. */
export function endOfLifeWarning(version: NodeVersion, nowMs: number): string | undefined {
  const { endsOn } = NODE_RUNTIMES[version];
  const daysLeft = Math.ceil((Date.parse(endsOn) - nowMs) / DAY_MS);
  if (daysLeft > WARN_DAYS) return undefined;
  const [newest] = NEWEST_FIRST;
  const newer =
    version === newest
      ? ''
      : `; set nodeVersion to ${newest}, which needs the AWS provider ${NODE_RUNTIMES[newest].knownFrom} or later`;
  return `Node.js ${version} on Lambda ends on ${endsOn} (${daysLeft} days from now)${newer}`;
}

/** Warns at synthesis of the version's end, where that is near. */
export function warnOfEndOfLife(construct: Construct, version: NodeVersion): void {
  const warning = endOfLifeWarning(version, Date.now());
  if (warning !== undefined) Annotations.of(construct).addWarning(warning);
}
