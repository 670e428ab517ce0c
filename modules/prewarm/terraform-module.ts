import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription';
import { ref, TerraformIterator, Token } from 'cdktf';
import { declareCreate, type HclModule, type HclModuleStack } from '../parts/hcl-module';
import { WEBHOOK_SECRET } from './functions/report';
import { Prewarm } from './index';
import { moduleOutputs, stackOutputs } from './outputs';
import { PARTS, propsFromVariables } from './variables';

/** `Prewarm` for plain Terraform. The network is the caller's, and so is the endpoint of a private API. */
export const prewarmModule: HclModule = {
  name: 'prewarm',
  description:
    'A service that downloads a list of URLs through chosen CloudFront points of presence: API, functions, tables, queue ' +
    'and a fleet of Spot instances. The account needs a role with which API Gateway writes logs, once per Region; ' +
    '`manage_account_logging` sets it where nothing else does.',
  usage: `
module "network" {
  source = "SOURCE/public-vpc"
  name   = "prewarm-prod"
}

module "prewarm" {
  source     = "SOURCE/prewarm"
  deployment = "prod"
  vpc_id     = module.network.vpc_id
  subnet_ids = module.network.subnet_ids

  subscribers = {
    team = { protocol = "email", endpoint = "team@example.com" }
  }
}`,
  build(stack) {
    declareCreate(stack);
    const prewarm = new Prewarm(stack, 'prewarm', propsFromVariables(stack));
    subscribe(stack, prewarm);
    dropUnasked(stack, prewarm);
    for (const [name, output] of Object.entries(moduleOutputs(prewarm))) stack.output(name, output);
    for (const [name, output] of Object.entries(stackOutputs(prewarm)))
      stack.output(name, {
        ...output,
        description: `${output.description}. Deprecated: goes with the next version; see UPGRADE.md`,
      });
  },
};

/** Leaves out what variables do not ask for. */
function dropUnasked(stack: HclModuleStack, { functions, observability }: Prewarm): void {
  stack.onlyIf(functions.report.node.findChild(WEBHOOK_SECRET), PARTS.webhookSecret);
  if (functions.popCheck !== undefined) stack.onlyIf(functions.popCheck, PARTS.popCheck);
  for (const alarm of observability.popCheckAlarms) stack.onlyIf(alarm, PARTS.popCheck);
}

/** A subscription for each entry of the variable, by its name: it stays where it is when others come and go. */
function subscribe(stack: HclModuleStack, prewarm: Prewarm): void {
  const each = TerraformIterator.fromMap(Token.asAnyMap(ref('var.subscribers', stack)));
  new SnsTopicSubscription(stack, 'subscribers', {
    forEach: each,
    topicArn: prewarm.topic.topic.arn,
    protocol: each.getString('protocol'),
    endpoint: each.getString('endpoint'),
  });
}
