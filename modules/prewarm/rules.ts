import { Token } from 'cdktf';
import { logRetentionFaults } from '../parts/log-retention';
import { nodeVersionFault } from '../parts/node-version';
import { apiFaults } from './api';
import { InvalidPrewarmError } from './errors';
import { edgesFaults } from './given-edges';
import { networkFaults } from './network';
import { popCheckFaults } from './pop-check';
import type { PrewarmSettings } from './settings';
import { subscriberFaults } from './subscribers';

/** A rule over the settings, for what AWS or Terraform would refuse only during an apply, or accept and then not do. */
export interface Rule {
  /** Kebab-case; names the test case of the rule. */
  readonly id: string;
  /** Returns a sentence for each problem: what it got, what is allowed and what to write instead. */
  readonly problems: (settings: PrewarmSettings) => readonly string[];
}

/** Whole, and between two bounds. A number that only Terraform knows is judged by the variable it comes from. */
function range(
  prop: string,
  least: number,
  most: number,
  value: (settings: PrewarmSettings) => number | undefined,
): Rule {
  return {
    id: `${prop.replace(/\W/g, '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-range`,
    problems(settings) {
      const got = value(settings);
      return got === undefined ||
        Token.isUnresolved(got) ||
        (Number.isInteger(got) && got >= least && got <= most)
        ? []
        : [`${prop}: got ${got}; allowed ${least} to ${most}; choose a whole number within it`];
    },
  };
}

/** A text that only Terraform knows passes, too. */
function form(
  id: string,
  pattern: RegExp,
  value: (settings: PrewarmSettings) => string,
  problem: (got: string) => string,
): Rule {
  return {
    id,
    problems(settings) {
      const got = value(settings);
      return Token.isUnresolved(got) || pattern.test(got) ? [] : [problem(got)];
    },
  };
}

/** Graviton: a `g` after the generation. */
const ARM64 = /^(a1|[a-z]+\d+g[a-z]*)\.[a-z0-9-]+$/;
const POP_CODE = /^[A-Z]{3}\d{1,3}(-[A-Z]\d{1,2})?$/;
/** The most that one request may ask for, and the fleet of the solution that this one replaces. */
const MAX_INSTANCES = 300;

/** Every rule, in the order in which problems are listed. */
export const rules: readonly Rule[] = [
  { id: 'network', problems: ({ network, region }) => networkFaults(network, region) },
  { id: 'api-access', problems: ({ api, network }) => apiFaults(api, network.kind === 'new') },
  {
    id: 'fleet-arm64-types',
    problems({ fleet: { instanceTypes } }) {
      if (Token.isUnresolved(instanceTypes)) return [];
      const others = instanceTypes.filter((type) => !ARM64.test(type));
      return others.length === 0
        ? []
        : [
            `fleet.instanceTypes: got ${others.join(', ')}; allowed are arm64 types, as image and agent are; take one such as c7g.large`,
          ];
    },
  },
  {
    id: 'fleet-type-count',
    problems: ({ fleet: { instanceTypes } }) =>
      Token.isUnresolved(instanceTypes) || (instanceTypes.length >= 1 && instanceTypes.length <= 40)
        ? []
        : [`fleet.instanceTypes: got ${instanceTypes.length}; allowed 1 to 40; name several arm64 types`],
  },
  range('fleet.onDemandPercent', 0, 100, ({ fleet }) => fleet.onDemandPercent),
  range('fleet.maxInstances', 1, MAX_INSTANCES, ({ fleet }) => fleet.maxInstances),
  {
    id: 'fleet-volume-size',
    problems: ({ fleet: { volumeGib } }) =>
      Token.isUnresolved(volumeGib) || volumeGib >= 8
        ? []
        : [`fleet.volumeGib: got ${volumeGib}; allowed 8 or more, the size of the image; enlarge it`],
  },
  { id: 'subscribers', problems: ({ subscribers }) => subscriberFaults(subscribers) },
  range('quota.requestsPerSecond', 1, 5_000, ({ quota }) => quota.requestsPerSecond),
  range('quota.burst', 1, 5_000, ({ quota }) => quota.burst),
  range('quota.requestsPerDay', 1, 100_000_000, ({ quota }) => quota.requestsPerDay),
  {
    id: 'extra-pops',
    problems({ extraPops }) {
      if (Token.isUnresolved(extraPops)) return [];
      const wrong = extraPops.filter((code) => !POP_CODE.test(code));
      return wrong.length === 0
        ? []
        : [`extraPops: got ${wrong.join(', ')}; allowed are codes such as FRA56-P4; correct them`];
    },
  },
  { id: 'edges', problems: ({ edges }) => edgesFaults(edges) },
  {
    id: 'log-retention',
    problems: ({ logRetentionDays }) => logRetentionFaults('logRetentionDays', logRetentionDays),
  },
  range('maxListUrls', 1, 3_000_000, ({ maxListUrls }) => maxListUrls),
  range('maxSourceUrls', 1, 30_000_000, ({ maxSourceUrls }) => maxSourceUrls),
  { id: 'pop-check', problems: ({ popCheck }) => popCheckFaults(popCheck) },
  {
    id: 'webhook-secret-arn',
    problems: ({ webhookSecretArn: arn }) =>
      arn === undefined ||
      Token.isUnresolved(arn) ||
      /^arn:[\w-]+:ssm:[a-z0-9-]+:\d{12}:parameter\/.+$/.test(arn)
        ? []
        : [
            `webhookSecretArn: got something else; allowed is the ARN of an SSM parameter, arn:aws:ssm:REGION:ACCOUNT:parameter/NAME; put the secret into one`,
          ],
  },
  { id: 'node-version', problems: ({ nodeVersion }) => [nodeVersionFault(nodeVersion) ?? []].flat() },
  range('invalidationWaitSeconds', 0, 780, ({ invalidationWaitSeconds }) => invalidationWaitSeconds),
  range('visibilitySeconds', 30, 43_200, ({ visibilitySeconds }) => visibilitySeconds),
  range('maxDeliveries', 2, 900, ({ maxDeliveries }) => maxDeliveries),
  range('retentionDays', 7, 3_650, ({ retentionDays }) => retentionDays),
  form(
    'account-id',
    /^\d{12}$/,
    ({ accountId }) => accountId,
    (got) => `accountId: got ${got}; allowed 12 digits; write the id of the account`,
  ),
  form(
    'deployment-name',
    /^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/,
    ({ deployment }) => deployment,
    (got) =>
      `deployment: got ${JSON.stringify(got)}; allowed 1 to 20 lower-case letters and digits, with dashes between them; choose a short name such as prod`,
  ),
];

/** @throws InvalidPrewarmError with the problems of every rule that is broken */
export function checkSettings(path: string, settings: PrewarmSettings): void {
  const problems = rules.flatMap((rule) => rule.problems(settings));
  if (problems.length > 0) throw new InvalidPrewarmError(path, problems);
}
