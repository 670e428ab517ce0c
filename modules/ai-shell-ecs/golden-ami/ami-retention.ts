import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import type { ImagebuilderImageRecipe } from '@cdktf/provider-aws/lib/imagebuilder-image-recipe';
import { ImagebuilderLifecyclePolicy } from '@cdktf/provider-aws/lib/imagebuilder-lifecycle-policy';
import { Construct } from 'constructs';
import { trustService } from '../../parts/policy';
import type { AwsLocation } from '../aws-location';

export interface AmiRetentionProps {
  readonly name: string;
  readonly location: AwsLocation;
  readonly recipe: ImagebuilderImageRecipe;
  readonly keepImages: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** An AMI that launched an instance lately is perhaps still the one of the group, however many were built since. */
const IN_USE_WEEKS = 8;

/** Deletes AMIs and their snapshots beyond the newest few; without it every build stays, and is paid for. */
export class AmiRetention extends Construct {
  constructor(scope: Construct, id: string, { name, location, recipe, keepImages, tags }: AmiRetentionProps) {
    super(scope, id);
    const role = new IamRole(this, 'role', {
      name: `${name}-retention`,
      assumeRolePolicy: trustService('imagebuilder.amazonaws.com'),
      tags,
    });
    const policy = new IamRolePolicyAttachment(this, 'policy', {
      role: role.name,
      policyArn: `arn:${location.partition}:iam::aws:policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy`,
    });
    new ImagebuilderLifecyclePolicy(this, 'Default', {
      name,
      description: `Keeps the newest ${keepImages} AMIs`,
      executionRole: role.arn,
      resourceType: 'AMI_IMAGE',
      policyDetail: [
        {
          action: [{ type: 'DELETE', includeResources: [{ amis: true, snapshots: true }] }],
          filter: [{ type: 'COUNT', value: keepImages }],
          exclusionRules: [
            { amis: [{ isPublic: false, lastLaunched: [{ unit: 'WEEKS', value: IN_USE_WEEKS }] }] },
          ],
        },
      ],
      resourceSelection: [{ recipe: [{ name: recipe.name, semanticVersion: recipe.version }] }],
      tags,
      dependsOn: [policy],
    });
  }
}
