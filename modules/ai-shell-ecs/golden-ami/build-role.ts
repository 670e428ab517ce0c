import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { Construct } from 'constructs';
import { type PolicyStatement, policyDocument, trustService } from '../../parts/policy';
import type { AwsLocation } from '../aws-location';
import type { ImageReference } from '../image-reference';
import { pullStatements, sessionManagerStatements } from '../instance-role';

export interface BuildRoleProps {
  readonly name: string;
  readonly location: AwsLocation;
  readonly images: readonly ImageReference[];
  readonly referenceParameterArn: string;
}

/**
 * How Image Builder drives a build host: Run Command, over either of the agent's channels. Not by the managed policy
 * AmazonSSMManagedInstanceCore, which reads every parameter of the account.
 */
const RUN_COMMAND: PolicyStatement = {
  sid: 'RunCommand',
  actions: [
    'ec2messages:AcknowledgeMessage',
    'ec2messages:DeleteMessage',
    'ec2messages:FailMessage',
    'ec2messages:GetEndpoint',
    'ec2messages:GetMessages',
    'ec2messages:SendReply',
    'ssm:ListAssociations',
    'ssm:ListInstanceAssociations',
  ],
  resources: ['*'],
};

/** What a build host may do: be driven by Image Builder, read which image to bake, and pull it. */
export class BuildRole extends Construct {
  readonly profile: IamInstanceProfile;

  constructor(
    scope: Construct,
    id: string,
    { name, location, images, referenceParameterArn }: BuildRoleProps,
  ) {
    super(scope, id);
    const role = new IamRole(this, 'Default', { name, assumeRolePolicy: trustService('ec2.amazonaws.com') });
    new IamRolePolicyAttachment(this, 'image-builder', {
      role: role.name,
      policyArn: `arn:${location.partition}:iam::aws:policy/EC2InstanceProfileForImageBuilder`,
    });
    new IamRolePolicy(this, 'policy', {
      name: 'bake',
      role: role.name,
      policy: policyDocument(
        ...pullStatements(location.partition, images),
        {
          sid: 'ReadReference',
          actions: ['ssm:GetParameter'],
          resources: [referenceParameterArn],
        },
        ...sessionManagerStatements(),
        RUN_COMMAND,
      ),
    });
    this.profile = new IamInstanceProfile(this, 'profile', { name, role: role.name });
  }
}
