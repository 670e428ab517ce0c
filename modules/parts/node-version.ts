/** Major versions of Node.js that functions and agents run on. */
export type NodeVersion = 22 | 24;

interface NodeRuntime {
  /** Day after which AWS no longer updates it, from the page of Lambda's runtimes. */
  readonly endsOn: string;
  /** Versions of the AWS provider that know it; Terraform refuses any other before it plans. */
  readonly provider: string;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const NODE_RUNTIMES: Readonly<Record<NodeVersion, NodeRuntime>> = {
  22: { endsOn: '2027-04-30', provider: '>= 5.100.0, < 7.0.0' },
  24: { endsOn: '2028-04-30', provider: '>= 6.19.0, < 7.0.0' },
};

const DAY_MS = 24 * 60 * 60 * 1_000;
const WARN_DAYS = 180;

/** Returns a warning from 180 days before AWS ends the version's updates; `undefined` before that. */
export function endOfLifeWarning(version: NodeVersion, nowMs: number): string | undefined {
  const { endsOn } = NODE_RUNTIMES[version];
  const daysLeft = Math.ceil((Date.parse(endsOn) - nowMs) / DAY_MS);
  if (daysLeft > WARN_DAYS) return undefined;
  const newer = version === 22 ? '; set nodeVersion to 24, which needs the AWS provider 6.19 or later' : '';
  return `Node.js ${version} on Lambda ends on ${endsOn} (${daysLeft} days from now)${newer}`;
}
