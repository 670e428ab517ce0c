import {
  AutoScalingClient,
  DescribeWarmPoolCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient, ListContainerInstancesCommand } from '@aws-sdk/client-ecs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { findGroup } from '../../cli/coldstart/auto-scaling-group';
import type { LiveCheck } from '../live-test';
import { different, type LiveContext, notSeen, seen, textOutput, waitFor, withinSeconds } from './context';

/** The image is pulled before the instance may serve: minutes, for a large one. */
const BOOT_SECONDS = 900;
const POOL_SECONDS = 900;

/** What instances of ai-shell-ecs do: boot, stand in the pool, bake an image. */
export function instanceChecks(context: LiveContext): readonly LiveCheck[] {
  const group = textOutput(context.shell, 'autoscaling_group_name');
  const cluster = textOutput(context.shell, 'cluster_name');
  if (group === undefined || cluster === undefined) return [];
  return [
    { name: 'boot of the ECS-optimized AMI with the gate', look: () => boot(context, group, cluster) },
    { name: 'transitions of the warm pool', look: () => poolStates(context, group) },
    { name: 'golden AMI', look: () => goldenAmi(context) },
  ];
}

async function boot(context: LiveContext, group: string, cluster: string) {
  const { region } = context;
  const autoScaling = new AutoScalingClient({ region });
  const ecs = new ECSClient({ region });
  await autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: group, DesiredCapacity: 1 }));
  const registered = await waitFor(context, BOOT_SECONDS, async () => {
    const { containerInstanceArns = [] } = await ecs.send(
      new ListContainerInstancesCommand({ cluster, status: 'ACTIVE' }),
    );
    return containerInstanceArns[0];
  });
  const { Instances = [] } = await findGroup(autoScaling, group);
  const states = Instances.map(({ LifecycleState }) => LifecycleState).join(', ') || 'no instance';
  if (registered === undefined)
    return notSeen(`no container instance ${withinSeconds(context, BOOT_SECONDS)}; the group has ${states}`);
  return states.includes('InService')
    ? seen(`an instance passed the hook and registered (${states})`)
    : different(`an instance registered before it passed the hook (${states})`);
}

async function poolStates(context: LiveContext, group: string) {
  const client = new AutoScalingClient({ region: context.region });
  const states = await waitFor(context, POOL_SECONDS, async () => {
    const { Instances = [] } = await client.send(
      new DescribeWarmPoolCommand({ AutoScalingGroupName: group }),
    );
    const warmed = Instances.filter(({ LifecycleState }) => LifecycleState?.startsWith('Warmed:'));
    return warmed.length > 0 ? warmed.map(({ LifecycleState }) => LifecycleState).join(', ') : undefined;
  });
  return states === undefined
    ? notSeen(`no instance is warmed ${withinSeconds(context, POOL_SECONDS)}`)
    : seen(`instances are ${states}`);
}

async function goldenAmi({ shell, region }: LiveContext) {
  const name = textOutput(shell, 'golden_ami_ssm_parameter');
  if (name === undefined) return notSeen('this environment bakes none; give it goldenAmi');
  const { Parameter } = await new SSMClient({ region }).send(new GetParameterCommand({ Name: name }));
  const id = Parameter?.Value ?? '';
  const { Images = [] } = await new EC2Client({ region }).send(new DescribeImagesCommand({ ImageIds: [id] }));
  const [image] = Images;
  if (image?.State !== 'available') return notSeen(`${id} is ${image?.State ?? 'not there'}`);
  return seen(`${id}, ${image.Name}`);
}
