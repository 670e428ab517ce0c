/**
 * A network in each location from which DNS is queried: blocks that AWS publishes for its Regions
 * (https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html), which CloudFront's DNS places correctly.
 */
const REGION_BLOCKS = {
  'ap-east-1': '18.162.0.0/24',
  'ap-northeast-1': '13.112.0.0/24',
  'ap-northeast-2': '13.124.0.0/24',
  'ap-south-1': '13.232.0.0/24',
  'ap-southeast-1': '13.228.0.0/24',
  'ap-southeast-2': '13.236.0.0/24',
  'ca-central-1': '35.182.0.0/24',
  'eu-central-1': '18.184.0.0/24',
  'eu-north-1': '13.48.0.0/24',
  'eu-west-1': '34.240.0.0/24',
  'eu-west-2': '18.130.0.0/24',
  'eu-west-3': '35.180.0.0/24',
  'sa-east-1': '18.228.0.0/24',
  'us-east-1': '3.80.0.0/24',
  'us-east-2': '18.216.0.0/24',
  'us-west-1': '13.56.0.0/24',
  'us-west-2': '54.68.0.0/24',
} as const;

type AwsRegion = keyof typeof REGION_BLOCKS;

function subnets(...regions: readonly AwsRegion[]): readonly string[] {
  return regions.map((region) => REGION_BLOCKS[region]);
}

/** Networks to ask from, by name of the `regions` and `countries` lists. Lists without an AWS Region nearby are absent. */
export const CLIENT_SUBNETS: Readonly<Record<string, readonly string[]>> = {
  apac: subnets('ap-northeast-1', 'ap-northeast-2', 'ap-south-1', 'ap-southeast-1', 'ap-east-1'),
  au: subnets('ap-southeast-2'),
  ca: subnets('ca-central-1'),
  eu: subnets('eu-central-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-north-1'),
  jp: subnets('ap-northeast-1'),
  sa: subnets('sa-east-1'),
  us: subnets('us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'),
  australia: subnets('ap-southeast-2'),
  india: subnets('ap-south-1'),
  japan: subnets('ap-northeast-1'),
  singapore: subnets('ap-southeast-1'),
  south_korea: subnets('ap-northeast-2'),
};
