/**
 * Hosts of private ECR registries, in every partition, FIPS and dual-stack included: account, separator, FIPS, Region, domain.
 * Without a backslash or a named group, so that the boot program (bash), Terraform and TypeScript read names by the same text.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
 */
export const ECR_REGISTRY_PATTERN = `^([0-9]{12})[.]dkr([.-])ecr(-fips)?[.]([a-z0-9-]+)[.](${[
  'amazonaws.com',
  'amazonaws.com.cn',
  'on.aws',
  'on.amazonwebservices.com.cn',
  'amazonaws.eu',
  'c2s.ic.gov',
  'sc2s.sgov.gov',
  'cloud.adc-e.uk',
  'csp.hci.ic.gov',
]
  .map((domain) => domain.replaceAll('.', '[.]'))
  .join('|')})$`;

/** Pattern of a private ECR repository's URL: the registry's groups, then the repository's name. */
export const ECR_REPOSITORY_PATTERN = `${ECR_REGISTRY_PATTERN.slice(0, -1)}/([a-z0-9._/-]+)$`;
