/**
 * What `npm run deploy -- STACK…` does first: refuses stacks that still hold the examples of environments.ts. These
 * synthesize and plan, but an image whose digest is all zeros fails its pull on every instance.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './functions';
import { type Configuration, readConfiguration, synthesize, synthesizedStacks } from './terraform-cli';

const EXAMPLE_ACCOUNTS = ['000000000000', '111111111111', '222222222222'];
const EXAMPLE_DIGEST = `sha256:${'0'.repeat(64)}`;
const EXAMPLE_BUCKET = 'warmpath-terraform-state';
const EXAMPLE_ORGANIZATION = 'example';
const EXAMPLE_VPC = 'vpc-0a1b2c3d4e5f60718';
const EXAMPLE_SUBNETS = ['subnet-0a1b2c3d4e5f60718', 'subnet-0b1c2d3e4f5061728'];
const EXAMPLE_KEY = 'key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';
const EXAMPLE_IMAGE = 'ami-0a1b2c3d4e5f60718';

/** Returns a description of each placeholder value in a stack; empty where it may be deployed. */
function examplesIn(configuration: Configuration): readonly string[] {
  const accounts = configuration.provider?.aws?.flatMap((aws) => aws.allowed_account_ids ?? []) ?? [];
  const { backend, cloud } = configuration.terraform ?? {};
  const text = JSON.stringify({ ...configuration, terraform: undefined, provider: undefined });
  const found: readonly (readonly [boolean, string])[] = [
    ...EXAMPLE_ACCOUNTS.map((account) => [accounts.includes(account), `the account ${account}`] as const),
    ...EXAMPLE_ACCOUNTS.filter((account) => !accounts.includes(account)).map(
      (account) => [text.includes(`${account}.dkr.ecr.`), `an image of the account ${account}`] as const,
    ),
    [text.includes(EXAMPLE_DIGEST), 'an image digest that is all zeros'],
    [backend?.s3?.bucket === EXAMPLE_BUCKET, `the state bucket ${EXAMPLE_BUCKET}`],
    [cloud?.organization === EXAMPLE_ORGANIZATION, `the organization ${EXAMPLE_ORGANIZATION}`],
    [text.includes(EXAMPLE_VPC), `the VPC ${EXAMPLE_VPC}`],
    ...EXAMPLE_SUBNETS.map((subnet) => [text.includes(subnet), `the subnet ${subnet}`] as const),
    [text.includes(EXAMPLE_KEY), `the ${EXAMPLE_KEY}`],
    [text.includes(EXAMPLE_IMAGE), `the machine image ${EXAMPLE_IMAGE}`],
  ];
  return found.filter(([is]) => is).map(([, example]) => example);
}

/** Whether one of the arguments names the stack, as the CDKTF CLI takes them: `*` stands for any letters. */
function isNamed(stack: string, args: readonly string[]): boolean {
  function letters(text: string) {
    return text.replaceAll(/[^\w-]/g, '\\$&');
  }
  return args.some((arg) => new RegExp(`^${arg.split('*').map(letters).join('.*')}$`).test(stack));
}

/** One sentence for each stack of a synthesis that the arguments name and that still holds an example. */
export function refusalsOf(outFolder: string, args: readonly string[]): readonly string[] {
  return synthesizedStacks(outFolder)
    .filter(({ name }) => isNamed(name, args))
    .map(({ name, folder }) => ({ name, examples: examplesIn(readConfiguration(folder)) }))
    .filter(({ examples }) => examples.length > 0)
    .map(
      ({ name, examples }) =>
        `deploy: ${name} still has ${examples.join(' and ')}; write your own into environments.ts.`,
    );
}

/** The exit code: 2 where a named stack is refused. */
function main(args: readonly string[]): number {
  // An emulator takes any account, and pulls no image.
  if (process.env['AWS_ENDPOINT_URL'] !== undefined) return 0;
  const outFolder = mkdtempSync(join(tmpdir(), 'warmpath-synth-'));
  try {
    synthesize(repositoryRoot, outFolder);
    const refusals = refusalsOf(outFolder, args);
    for (const refusal of refusals) console.error(refusal);
    return refusals.length === 0 ? 0 : 2;
  } finally {
    rmSync(outFolder, { recursive: true, force: true });
  }
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
