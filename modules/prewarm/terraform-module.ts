import type { HclModule } from '../parts/hcl-module';
import { Prewarm } from './index';
import { addPrewarmOutputs } from './outputs';
import { propsFromVariables } from './variables';

/** `Prewarm` for plain Terraform. What shapes the tree (private API, subscribers, instance types) stays with CDKTF. */
export const prewarmModule: HclModule = {
  name: 'prewarm',
  description:
    'A service that downloads a list of URLs through chosen CloudFront points of presence: API, functions, tables, queue ' +
    'and a fleet of Spot instances. The account needs a role with which API Gateway writes logs (`aws_api_gateway_account`), ' +
    'once per Region. Who wants to be told subscribes to the topic of the output `prewarm_topic_arn`.',
  usage: `
module "network" {
  source = "./dist/modules/public-vpc"
  name   = "prewarm-prod"
  region = "eu-central-1"
}

module "prewarm" {
  source     = "./dist/modules/prewarm"
  deployment = "prod"
  account_id = "111111111111"
  region     = "eu-central-1"
  vpc_id     = module.network.vpc_id
  subnet_ids = module.network.subnet_ids
}

resource "aws_sns_topic_subscription" "team" {
  topic_arn = module.prewarm.prewarm_topic_arn
  protocol  = "email"
  endpoint  = "team@example.com"
}`,
  build(stack) {
    addPrewarmOutputs(stack, new Prewarm(stack, 'prewarm', propsFromVariables(stack)));
  },
};
