/** Names of ECR registries mean the same to the policies, the boot program, the bake of the golden AMI and the command line. */
import { execFileSync } from 'node:child_process';
import { prepullProgram } from '../../../modules/ai-shell-ecs/boot/user-data';
import { ECR_REGISTRY_PATTERN } from '../../../modules/ai-shell-ecs/ecr-registry';
import { bakeDocument } from '../../../modules/ai-shell-ecs/golden-ami/bake-document';
import { ecrRepository } from '../../../modules/ai-shell-ecs/image-reference';
import { ecrRegion } from '../../../scripts/cli/image/registry/credentials';
import { DIGEST } from './props';
import { synthesize } from './synth';

const ACCOUNT = '111111111111';

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html */
const registries: readonly (readonly [kind: string, host: string, region: string, api: string])[] = [
  ['plain', 'dkr.ecr.eu-central-1.amazonaws.com', 'eu-central-1', 'api.ecr.eu-central-1.amazonaws.com'],
  ['FIPS', 'dkr.ecr-fips.us-east-1.amazonaws.com', 'us-east-1', 'ecr-fips.us-east-1.amazonaws.com'],
  ['dual-stack', 'dkr-ecr.eu-west-1.on.aws', 'eu-west-1', 'ecr.eu-west-1.api.aws'],
  ['dual-stack FIPS', 'dkr-ecr-fips.us-west-2.on.aws', 'us-west-2', 'ecr-fips.us-west-2.api.aws'],
  ['China', 'dkr.ecr.cn-north-1.amazonaws.com.cn', 'cn-north-1', 'api.ecr.cn-north-1.amazonaws.com.cn'],
  [
    'dual-stack China',
    'dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn',
    'cn-northwest-1',
    'ecr.cn-northwest-1.api.amazonwebservices.com.cn',
  ],
  [
    'GovCloud FIPS',
    'dkr.ecr-fips.us-gov-west-1.amazonaws.com',
    'us-gov-west-1',
    'ecr-fips.us-gov-west-1.amazonaws.com',
  ],
  [
    'European Sovereign Cloud',
    'dkr.ecr.eusc-de-east-1.amazonaws.eu',
    'eusc-de-east-1',
    'api.ecr.eusc-de-east-1.amazonaws.eu',
  ],
];

/** Registries that need no login of ECR, however much they look like it. */
const others = [
  'public.ecr.aws',
  'ghcr.io',
  '1.dkr.ecr.eu-central-1.amazonaws.com',
  `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com.evil.example`,
  `${ACCOUNT}.dkr.ecrXeu-central-1.amazonaws.com`,
  `${ACCOUNT}.dkr.ecr.eu-central-1.on.example`,
];

/** Which Region and URL the boot program asks for a login; nothing where it asks for none. */
function askedByBoot(registry: string): string {
  const program = prepullProgram().replace(/\nmain "\$@"\n$/, '\n');
  const probe = 'aws_call() { printf "%s %s" "$3" "$4"; exit; }\nECR_PATTERN=$1\nlogin "$2"\n';
  return execFileSync('bash', ['-c', `${program}${probe}`, 'probe', ECR_REGISTRY_PATTERN, registry], {
    stdio: ['ignore', 'pipe', 'inherit'],
  }).toString();
}

/** Which Region the build host of the golden AMI asks for a login; nothing where it asks for none. */
function askedByBake(registry: string): string {
  const document = bakeDocument({
    name: 'n',
    referenceParameter: '/p',
    additionalReferences: [],
    registrySecrets: {},
  });
  const commands = document.phases.flatMap(({ steps }) => steps.flatMap(({ inputs }) => inputs.commands));
  const [line] = commands.join('\n').match(/^ *region=\$\(.*\)$/m) ?? [];
  return execFileSync('bash', ['-c', `registry=$1\n${line}\nprintf %s "$region"`, 'probe', registry], {
    stdio: ['ignore', 'pipe', 'inherit'],
  }).toString();
}

describe.each(registries)('a %s registry', (_kind, host, region, api) => {
  const registry = `${ACCOUNT}.${host}`;

  it('is signed in to by the boot program, at the API that belongs to its name', () => {
    expect(askedByBoot(registry)).toBe(`${region} https://${api}/`);
  });

  it('is signed in to by the build host, in the same Region', () => {
    expect(askedByBake(registry)).toBe(region);
  });

  it('is one to the command line, in the same Region', () => {
    expect(ecrRegion(registry)).toBe(region);
  });

  it('is one that the policies name by account, Region and repository', () => {
    expect(ecrRepository(`${registry}/team/shell`)).toEqual({
      accountId: ACCOUNT,
      region,
      name: 'team/shell',
    });
    const { statements } = synthesize({
      image: { from: 'digest', reference: `${registry}/team/shell@${DIGEST}` },
    });
    const pulls = statements.filter(({ Sid }) => Sid === 'PullImages');
    expect(pulls).toHaveLength(2);
    for (const { Resource } of pulls)
      expect(Resource).toEqual([
        expect.stringMatching(new RegExp(`:ecr:${region}:${ACCOUNT}:repository/team/shell$`)),
      ]);
  });
});

it.each(others)('%s is no registry of ECR to any of them', (registry) => {
  expect([askedByBoot(registry), askedByBake(registry)]).toEqual(['', '']);
  expect([ecrRegion(registry), ecrRepository(`${registry}/team/shell`)]).toEqual([undefined, undefined]);
});
