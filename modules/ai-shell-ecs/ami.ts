import { DataAwsSsmParameter } from '@cdktf/provider-aws/lib/data-aws-ssm-parameter';
import type { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter';
import type { TerraformCount } from 'cdktf';
import type { Construct } from 'constructs';
import { readLockedAmi } from './ami-lock';
import { givenOrFound } from './given-or-found';
import { byArchitecture } from './plan-values';
import type { AmiSource, Architecture } from './props';
import type { AiShellEcsSettings } from './settings';

/** The current ECS-optimized Amazon Linux 2023 AMI. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html */
export function recommendedAmiParameter(architecture: Architecture): string {
  const base = '/aws/service/ecs/optimized-ami/amazon-linux-2023';
  return byArchitecture(architecture, {
    arm64: `${base}/arm64/recommended/image_id`,
    x86_64: `${base}/recommended/image_id`,
  });
}

/** The AMI id for the launch template: known at plan, or a reference that EC2 resolves at each launch. */
export function amiId(scope: Construct, source: AmiSource, architecture: Architecture): string {
  switch (source.from) {
    case 'id':
      return source.id;
    case 'lock':
      return readLockedAmi(source.lockFile, source.region, architecture);
    case 'recommended': {
      const name = recommendedAmiParameter(architecture);
      return source.given === undefined
        ? readParameter(scope, name)
        : givenOrFound(source.given, 'insecure_value', (count) => parameter(scope, name, count));
    }
    case 'ssm':
      return source.resolve === 'launch'
        ? `resolve:ssm:${source.parameter}`
        : readParameter(scope, source.parameter);
  }
}

/**
 * The newest golden AMI for the launch template. Where images go onto hosts in place it is resolved at each launch: a push makes
 * another AMI, which would replace every host at the next apply.
 */
export function bakedAmiId(newest: SsmParameter, settings: AiShellEcsSettings): string {
  return resolvesAmiAtLaunch(settings) ? `resolve:ssm:${newest.name}` : newest.insecureValue;
}

/** Whether EC2 looks the AMI up at each launch, so that another AMI is no other launch template. */
export function resolvesAmiAtLaunch({ ami, given, inPlaceRollout }: AiShellEcsSettings): boolean {
  if (given.goldenAmi !== undefined) return inPlaceRollout !== undefined;
  return ami.from === 'ssm' && ami.resolve === 'launch';
}

function readParameter(scope: Construct, name: string): string {
  // An AMI id is no secret: `insecure_value` keeps it readable in the plan.
  return parameter(scope, name).insecureValue;
}

function parameter(scope: Construct, name: string, count?: TerraformCount): DataAwsSsmParameter {
  return new DataAwsSsmParameter(scope, 'ami', { name, ...(count === undefined ? {} : { count }) });
}
