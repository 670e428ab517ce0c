import type { BackendConfig } from './backends';

/** One place where the stacks run: an account, a Region and the sizes chosen for it. */
export interface Environment {
  /** AWS account, 12 digits; an apply with credentials of any other account is refused. */
  readonly account: string;
  readonly region: string;
  /** Where the state of each stack is kept; named explicitly, there is no default. */
  readonly backend: BackendConfig;
  readonly network: NetworkConfig;
  /** Tags of every resource besides `Project`, `Environment` and `Stack`. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
  readonly aiShell: AiShellSizes;
  readonly prewarm: PrewarmSizes;
}

export type NetworkConfig = NewNetwork | ExistingNetwork;

/** A VPC of its own with public subnets and no ingress. */
export interface NewNetwork {
  readonly kind: 'new';
  /** @default '10.64.0.0/20' */
  readonly cidr?: string;
}

export interface ExistingNetwork {
  readonly kind: 'existing';
  readonly vpcId: string;
  /** At least two, in different Availability Zones, with a way out to the internet. */
  readonly subnetIds: readonly string[];
  /** @default - a group of its own without ingress */
  readonly securityGroupIds?: readonly string[];
}

export interface AiShellSizes {
  readonly instanceType: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Instances held ready in the warm pool. */
  readonly warmInstances: number;
  /** Image of the shells, with its digest: `<repository>@sha256:<hex>`. */
  readonly image: string;
}

export interface PrewarmSizes {
  readonly maxInstances: number;
  /** Addresses told of finished, stopped and failed requests. */
  readonly notifyEmails: readonly string[];
}

export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/**
 * Answers the environments as they are, once every one of them is complete and possible.
 * @throws EnvironmentError with one sentence per fault, all of them at once
 */
export function defineEnvironments<Name extends string>(
  environments: Readonly<Record<Name, Environment>>,
): Readonly<Record<Name, Environment>> {
  const faults = Object.entries<Environment>(environments).flatMap(([name, environment]) =>
    faultsOf(environment).map((fault) => `environment ${name}: ${fault}`),
  );
  if (faults.length > 0) throw new EnvironmentError(faults.join('\n'));
  return environments;
}

function faultsOf(environment: Environment): string[] {
  const faults: string[] = [];
  const { account, region, network, aiShell, prewarm } = environment;
  // The type demands a backend; a record that reaches here without one comes from a cast or from JavaScript.
  const backend: BackendConfig | undefined = environment.backend;
  if (backend === undefined)
    faults.push(
      "backend: got none; choose one of kind 's3', 'cloud' or 'local', so that the state is kept where you expect it.",
    );
  if (!/^\d{12}$/.test(account))
    faults.push(`account: got ${account}; allowed 12 digits; write the id of the AWS account.`);
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    faults.push(`region: got ${region}; allowed a Region such as eu-central-1; correct its name.`);
  if (network.kind === 'existing' && new Set(network.subnetIds).size < 2)
    faults.push(
      `network.subnetIds: got ${network.subnetIds.length}; allowed two or more, so that one zone may fail; add a subnet.`,
    );
  if (aiShell.minInstances > aiShell.maxInstances)
    faults.push(
      `aiShell: got minInstances ${aiShell.minInstances} above maxInstances ${aiShell.maxInstances}; raise the maximum.`,
    );
  if (prewarm.maxInstances < 1 || prewarm.maxInstances > 300)
    faults.push(
      `prewarm.maxInstances: got ${prewarm.maxInstances}; allowed 1 to 300; choose a number within it.`,
    );
  return faults;
}
