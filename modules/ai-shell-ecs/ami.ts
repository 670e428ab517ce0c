import { DataAwsSsmParameter } from '@cdktf/provider-aws/lib/data-aws-ssm-parameter';
import type { Construct } from 'constructs';
import type { AmiSource, Architecture } from './props';

/** The current ECS-optimized Amazon Linux 2023 AMI. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html */
export function recommendedAmiParameter(architecture: Architecture): string {
  const folder = architecture === 'arm64' ? 'amazon-linux-2023/arm64' : 'amazon-linux-2023';
  return `/aws/service/ecs/optimized-ami/${folder}/recommended/image_id`;
}

/** The AMI id for the launch template: known at plan, or a reference that EC2 resolves at each launch. */
export function amiId(scope: Construct, source: AmiSource, architecture: Architecture): string {
  switch (source.from) {
    case 'id':
      return source.id;
    case 'recommended':
      return readParameter(scope, recommendedAmiParameter(architecture));
    case 'ssm':
      return source.resolve === 'launch'
        ? `resolve:ssm:${source.parameter}`
        : readParameter(scope, source.parameter);
  }
}

function readParameter(scope: Construct, name: string): string {
  // An AMI id is no secret: `insecure_value` keeps it readable in the plan.
  return new DataAwsSsmParameter(scope, 'ami', { name }).insecureValue;
}
