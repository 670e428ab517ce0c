import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { Construct } from 'constructs';
import { policyDocument, trustService } from '../../parts/policy';
import type { AwsLocation } from '../aws-location';
import type { ImageReference } from '../image-reference';
import { pullStatements } from '../instance-role';

export interface BuildRoleProps {
  readonly name: string;
  readonly location: AwsLocation;
  readonly images: readonly ImageReference[];
  readonly referenceParameterArn: string;
}

/** What Image Builder itself needs on a build host; AWS keeps these policies in step with the service. */
const BUILD_HOST_POLICIES = {
  'image-builder': 'EC2InstanceProfileForImageBuilder',
  'systems-manager': 'AmazonSSMManagedInstanceCore',
} as const;

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
    for (const [attachmentId, policy] of Object.entries(BUILD_HOST_POLICIES)) {
      new IamRolePolicyAttachment(this, attachmentId, {
        role: role.name,
        policyArn: `arn:${location.partition}:iam::aws:policy/${policy}`,
      });
    }
    new IamRolePolicy(this, 'policy', {
      name: 'bake',
      role: role.name,
      policy: policyDocument(...pullStatements(location.partition, images), {
        sid: 'ReadReference',
        actions: ['ssm:GetParameter'],
        resources: [referenceParameterArn],
      }),
    });
    this.profile = new IamInstanceProfile(this, 'profile', { name, role: role.name });
  }
}
