import { Fn, Token } from 'cdktf';

interface Partition {
  /** Beginning of the names of its Regions. */
  readonly regionPrefix: string;
  /** What names of service endpoints end with. */
  readonly dnsSuffix: string;
  /** Services whose interface endpoints are named after `dnsSuffix`, not after `amazonaws.com`. */
  readonly ownEndpoints: readonly string[];
}

const REGISTRY_AND_API = ['ecr.api', 'ecr.dkr', 'execute-api'];

/**
 * Partitions but `aws`; of services whose endpoints have other names only those that are used here.
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
const PARTITIONS: Readonly<Record<string, Partition>> = {
  'aws-cn': {
    regionPrefix: 'cn-',
    dnsSuffix: 'amazonaws.com.cn',
    ownEndpoints: [...REGISTRY_AND_API, 'autoscaling', 'ec2', 'imagebuilder'],
  },
  'aws-us-gov': { regionPrefix: 'us-gov-', dnsSuffix: 'amazonaws.com', ownEndpoints: [] },
  'aws-iso': {
    regionPrefix: 'us-iso-',
    dnsSuffix: 'c2s.ic.gov',
    ownEndpoints: [...REGISTRY_AND_API, 'autoscaling', 'ec2'],
  },
  'aws-iso-b': {
    regionPrefix: 'us-isob-',
    dnsSuffix: 'sc2s.sgov.gov',
    ownEndpoints: [...REGISTRY_AND_API, 'autoscaling', 'ec2'],
  },
  'aws-iso-e': { regionPrefix: 'eu-isoe-', dnsSuffix: 'cloud.adc-e.uk', ownEndpoints: REGISTRY_AND_API },
  'aws-iso-f': { regionPrefix: 'us-isof-', dnsSuffix: 'csp.hci.ic.gov', ownEndpoints: REGISTRY_AND_API },
  'aws-eusc': { regionPrefix: 'eusc-', dnsSuffix: 'amazonaws.eu', ownEndpoints: REGISTRY_AND_API },
};

const COMMERCIAL = { name: 'aws', dnsSuffix: 'amazonaws.com' };

/** Returns the partition of a Region, such as `aws-cn`. */
export function partitionOf(region: string): string {
  const found = Object.entries(PARTITIONS).find(([, { regionPrefix }]) => region.startsWith(regionPrefix));
  return found?.[0] ?? COMMERCIAL.name;
}

/** Returns what names of service endpoints end with in a partition; Terraform looks it up where it alone knows the partition. */
export function dnsSuffixOf(partition: string): string {
  if (!Token.isUnresolved(partition)) return PARTITIONS[partition]?.dnsSuffix ?? COMMERCIAL.dnsSuffix;
  const suffixes = Object.entries(PARTITIONS).map(([name, { dnsSuffix }]) => [name, dnsSuffix] as const);
  return Token.asString(Fn.lookup(Object.fromEntries(suffixes), partition, COMMERCIAL.dnsSuffix));
}

/**
 * Returns the name of the service behind an interface endpoint, such as `com.amazonaws.eu-central-1.ecr.api`.
 * @param partition counts where Terraform alone knows the Region, and may be known to it alone as well
 */
export function endpointService(region: string, service: string, partition = COMMERCIAL.name): string {
  return `${endpointPrefix(service, Token.isUnresolved(region) ? partition : partitionOf(region))}.${region}.${service}`;
}

function endpointPrefix(service: string, partition: string): string {
  const own = Object.fromEntries(
    Object.entries(PARTITIONS).flatMap(([name, { dnsSuffix, ownEndpoints }]) =>
      ownEndpoints.includes(service) ? [[name, reversed(dnsSuffix)] as const] : [],
    ),
  );
  const others = reversed(COMMERCIAL.dnsSuffix);
  if (!Token.isUnresolved(partition)) return own[partition] ?? others;
  return Object.keys(own).length === 0 ? others : Token.asString(Fn.lookup(own, partition, others));
}

function reversed(domain: string): string {
  return domain.split('.').reverse().join('.');
}

/** Returns the partition that an ARN names. */
export function partitionOfArn(arn: string): string {
  return Token.isUnresolved(arn)
    ? Token.asString(Fn.element(Fn.split(':', arn), 1))
    : (arn.split(':')[1] ?? '');
}
