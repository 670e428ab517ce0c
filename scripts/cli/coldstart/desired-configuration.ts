import type { AutoScalingGroup, DesiredConfiguration } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplatesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { templateOf } from './auto-scaling-group';

async function newestVersion(client: EC2Client, id: string): Promise<number> {
  const { LaunchTemplates = [] } = await client.send(
    new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [id] }),
  );
  const version = LaunchTemplates[0]?.LatestVersionNumber;
  if (version === undefined) throw new Error(`launch template ${id} has no versions`);
  return version;
}

/**
 * Returns what the group is to become by a refresh: itself with another version of its launch template. Always a number: Auto
 * Scaling cannot roll back to or from an alias.
 */
export async function desiredConfiguration(
  client: EC2Client,
  group: AutoScalingGroup,
  version: number | 'latest',
): Promise<DesiredConfiguration> {
  const { id } = templateOf(group);
  const wanted = {
    LaunchTemplateId: id,
    Version: String(version === 'latest' ? await newestVersion(client, id) : version),
  };
  const policy = group.MixedInstancesPolicy;
  if (!policy) return { LaunchTemplate: wanted };
  return {
    MixedInstancesPolicy: {
      ...policy,
      LaunchTemplate: { ...policy.LaunchTemplate, LaunchTemplateSpecification: wanted },
    },
  };
}
