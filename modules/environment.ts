import { WarmpathError } from '../lambdas/errors/warmpath-error';
import type { AiShellEcsProps } from './ai-shell-ecs';
import type { BackendConfig } from './parts/backends';
import { vpcFaults } from './parts/public-vpc';
import type { PrewarmProps } from './prewarm';

/** An environment of the stacks: an account, a Region and the sizes chosen for it. */
export interface Environment {
  /** AWS account, 12 digits; an apply with credentials of any other account is refused. */
  readonly account: string;
  readonly region: string;
  /** Where the state of each stack is kept; named explicitly, there is no default. */
  readonly backend: BackendConfig;
  readonly network: NetworkConfig;
  /** Tags of every resource besides `Project`, `Environment` and `Stack`. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Props of the construct AiShellEcs without name, network and tags. */
  readonly aiShell: Omit<AiShellEcsProps, 'name' | 'network' | 'tags'>;
  /** Props of the construct Prewarm without deployment, account, Region and network. */
  readonly prewarm: Omit<PrewarmProps, 'deployment' | 'accountId' | 'region' | 'network'>;
}

export type NetworkConfig = NewNetwork | ExistingNetwork;

/** A VPC for each stack, with public subnets, no NAT gateway and no ingress. */
export interface NewNetwork {
  readonly kind: 'new';
  /** @default - two of the Region, see modules/parts/public-vpc.ts */
  readonly availabilityZones?: readonly string[];
  /** Record the traffic of each VPC, and keep it for so many days. @default - none is recorded */
  readonly flowLogDays?: number;
}

export interface ExistingNetwork {
  readonly kind: 'existing';
  readonly vpcId: string;
  /** At least two, in different Availability Zones, with a way out to the internet. */
  readonly subnetIds: readonly string[];
  /** @default - a group of its own for each stack, without ingress */
  readonly securityGroupIds?: readonly string[];
  /** Give prewarm agents public addresses; false suits subnets behind a NAT gateway. @default true */
  readonly publicAddresses?: boolean;
}

export class EnvironmentError extends WarmpathError {
  override readonly name = 'EnvironmentError';

  constructor(message: string, options?: ErrorOptions) {
    super('INVALID_CONFIGURATION', message, options);
  }
}

/**
 * Returns the environments as they are, once every one of them is complete and possible.
 * @throws EnvironmentError with one sentence per fault, all of them at once
 */
export function defineEnvironments<Name extends string>(
  environments: Readonly<Record<Name, Environment>>,
): Readonly<Record<Name, Environment>> {
  const faults = Object.entries<Environment>(environments).flatMap(([name, environment]) =>
    faultsOf(name, environment).map((fault) => `environment ${name}: ${fault}`),
  );
  if (faults.length > 0) throw new EnvironmentError(faults.join('\n'));
  return environments;
}

function faultsOf(name: string, { account, region, network, ...environment }: Environment): string[] {
  const faults: string[] = [];
  // The type demands a backend; a record without one comes from a cast or from JavaScript.
  const backend: BackendConfig | undefined = environment.backend;
  if (backend === undefined)
    faults.push(
      "backend: got none; choose kind 's3', 'cloud' or 'local', so that the state is where you expect it.",
    );
  if (!/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/.test(name))
    faults.push('name: allowed 1 to 12 lower-case letters and digits, with dashes between them; change it.');
  if (!/^\d{12}$/.test(account))
    faults.push(`account: got ${account}; allowed 12 digits; write the id of the AWS account.`);
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region))
    faults.push(`region: got ${region}; allowed a Region such as eu-central-1; correct its name.`);
  if (network.kind === 'new')
    faults.push(...vpcFaults('network', network, region).map((fault) => `${fault}.`));
  const { task } = environment.aiShell;
  if (network.kind === 'new' && task !== false && task?.networkMode === 'awsvpc')
    faults.push(
      "aiShell.task.networkMode: got awsvpc in a new network; tasks get no public address there, so neither they nor their sessions have a way out; write 'bridge', or an existing network with a NAT gateway or endpoints.",
    );
  if (network.kind === 'existing' && new Set(network.subnetIds).size < 2)
    faults.push(
      `network.subnetIds: got ${new Set(network.subnetIds).size}; allowed two or more, so that a zone may fail; add one.`,
    );
  return faults;
}
