import type { HclModule } from '../parts/hcl-module';
import { Prewarm } from './index';
import { addPrewarmOutputs } from './outputs';

/** `Prewarm` for plain Terraform, in a VPC of the caller's. What shapes the tree (private API, new VPC) stays with CDKTF. */
export const prewarmModule: HclModule = {
  name: 'prewarm',
  description:
    'A service that downloads a list of URLs through chosen CloudFront points of presence: API, functions, tables, queue and a fleet of Spot instances.',
  usage: `
module "prewarm" {
  source     = "./dist/modules/prewarm"
  deployment = "prod"
  account_id = "111111111111"
  region     = "eu-central-1"
  vpc_id     = "vpc-0a1b2c3d4e5f60718"
  subnet_ids = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5061728"]
}`,
  build(stack) {
    const text = (name: string, description: string, condition: string, message: string): string =>
      stack.variable(name, { description, validations: [{ condition, message: `${name}: ${message}` }] })
        .stringValue;
    const subnetIds = stack.variable('subnet_ids', {
      description: 'Subnets of the agents, with a route to the internet',
      type: 'list(string)',
      validations: [
        {
          condition: 'length(var.subnet_ids) > 0',
          message: 'subnet_ids: allowed is one or more; name a subnet.',
        },
      ],
    });
    const prewarm = new Prewarm(stack, 'prewarm', {
      deployment: text(
        'deployment',
        'Name of the deployment, the last part of every name',
        'can(regex("^[a-z0-9][a-z0-9-]{0,19}$", var.deployment))',
        'allowed are 1 to 20 lower-case letters, digits and dashes; choose a short name such as prod.',
      ),
      accountId: text(
        'account_id',
        'AWS account of the deployment',
        'can(regex("^[0-9]{12}$", var.account_id))',
        'allowed are 12 digits; write the id of the account.',
      ),
      region: text(
        'region',
        'AWS Region of the deployment, as the provider has it',
        'can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))',
        'allowed is a Region such as eu-central-1; correct its name.',
      ),
      network: {
        kind: 'existing',
        vpcId: text(
          'vpc_id',
          'VPC of the agents',
          'can(regex("^vpc-", var.vpc_id))',
          'allowed is the id of a VPC, vpc-...; correct it.',
        ),
        subnetIds: subnetIds.listValue,
      },
    });
    addPrewarmOutputs(stack, prewarm);
  },
};
