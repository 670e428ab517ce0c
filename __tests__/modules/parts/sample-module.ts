import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import type { HclModule } from '../../../modules/parts/hcl-module';
import { NodeFunction } from '../../../modules/parts/node-function';

/** A small module with all that a real one has: a validated variable, a secret, a program, outputs. */
export const sampleModule: HclModule = {
  name: 'sample',
  description: 'Counts events of one cluster.',
  usage: 'module "sample" {\n  source       = "./sample"\n  cluster_name = "shells"\n}',
  build(stack) {
    const cluster = stack.variable('cluster_name', {
      description: 'Name of the cluster | unique per account',
      validations: [
        {
          condition: 'length(var.cluster_name) <= 20',
          message: 'cluster_name: allowed are 20 characters; shorten it.',
        },
      ],
    });
    const token = stack.variable('token', {
      description: 'Token of the receiver',
      sensitive: true,
      default: '',
    });
    const days = stack.variable('log_retention_days', {
      description: 'Days that logs are kept',
      type: 'number',
      default: 30,
    });
    const counter = new NodeFunction(stack, 'counter', {
      functionName: `${cluster.stringValue}-counter`,
      description: 'Counts',
      bundle: 'task-start-metrics',
      environment: { CLUSTER: cluster.stringValue },
      statements: [],
      timeoutSeconds: 10,
      logRetentionDays: days.numberValue,
    });
    new SsmParameter(stack, 'token', {
      name: `/${cluster.stringValue}/token`,
      type: 'SecureString',
      value: token.stringValue,
    });
    stack.output('function_arn', { description: 'ARN of the counter', value: counter.arn });
    stack.output('token', { description: 'The token, as given', value: token.value, sensitive: true });
  },
};
