import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { FlowLog } from '@cdktf/provider-aws/lib/flow-log';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import type { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { Construct } from 'constructs';
import { policyDocument, trustService } from './policy';

export interface FlowLogsProps {
  /** Name of the VPC; role and log group are named after it. */
  readonly name: string;
  readonly vpc: Vpc;
  readonly retentionDays: number;
}

/** Records who talked to whom in a VPC, accepted and refused, in a log group with a retention. */
export class FlowLogs extends Construct {
  constructor(scope: Construct, id: string, { name, vpc, retentionDays }: FlowLogsProps) {
    super(scope, id);
    const group = new CloudwatchLogGroup(this, 'group', {
      name: `/vpc/${name}`,
      retentionInDays: retentionDays,
    });
    const role = new IamRole(this, 'role', {
      name: `${name}-flow-logs`,
      assumeRolePolicy: trustService('vpc-flow-logs.amazonaws.com', {
        StringEquals: { 'aws:SourceAccount': vpc.ownerId },
      }),
    });
    const policy = new IamRolePolicy(this, 'policy', {
      name: 'write-flow-logs',
      role: role.name,
      policy: policyDocument({
        sid: 'WriteFlowLogs',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
        resources: [`${group.arn}:*`],
      }),
    });
    new FlowLog(this, 'Default', {
      vpcId: vpc.id,
      trafficType: 'ALL',
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 600,
      tags: { Name: name },
      dependsOn: [policy],
    });
  }
}
