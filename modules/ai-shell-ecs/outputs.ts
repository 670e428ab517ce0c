import { TerraformOutput, type TerraformStack } from 'cdktf';
import { sessionPolicy } from './exec-sessions';
import type { AiShellEcs } from './index';

/**
 * The outputs of a stack that holds one `AiShellEcs`, by the names that users of the public ECS modules know. They belong
 * to the stack, because their names are unique per stack: a second shell in it needs a prefix, such as `blue_`.
 */
export function addAiShellEcsOutputs(stack: TerraformStack, shell: AiShellEcs, prefix = ''): void {
  for (const [id, [description, value]] of Object.entries(outputsOf(shell))) {
    if (value !== undefined)
      new TerraformOutput(stack, `${prefix}${id}`, { description, value, staticId: true });
  }
}

type Output = readonly [description: string, value: unknown];

/** Outputs by name; those of parts that are switched off are undefined. */
export function outputsOf(shell: AiShellEcs): Readonly<Record<string, Output>> {
  const { template } = shell.template;
  const { group } = shell.group;
  const { provider, association } = shell.capacity;
  const { role, profile } = shell.instanceRole;
  return {
    launch_template_id: ['Launch template of the instances', template.id],
    launch_template_arn: ['ARN of the launch template', template.arn],
    launch_template_name: ['Name of the launch template', template.name],
    launch_template_latest_version: ['Newest version of the launch template', template.latestVersion],
    launch_template_default_version: ['Default version', template.defaultVersion],
    autoscaling_group_id: ['Auto Scaling group', group.id],
    autoscaling_group_name: ['Name of the Auto Scaling group', group.name],
    autoscaling_group_arn: ['ARN of the Auto Scaling group', group.arn],
    autoscaling_group_min_size: ['Least number of instances', group.minSize],
    autoscaling_group_max_size: ['Greatest number of instances', group.maxSize],
    autoscaling_group_desired_capacity: ['Instances wanted at the last apply', group.desiredCapacity],
    lifecycle_hook_name: [
      'Hook that an instance completes when its images are on disk',
      shell.names.lifecycleHook,
    ],
    iam_role_name: ['Role of the instances', role.name],
    iam_role_arn: ['ARN of the role of the instances', role.arn],
    node_iam_role_arn: ['ARN of the role of the instances', role.arn],
    iam_instance_profile_id: ['Instance profile', profile.id],
    iam_instance_profile_arn: ['ARN of the instance profile', profile.arn],
    security_group_ids: ['Security groups of the instances', shell.network.securityGroupIds],
    cluster_name: ['ECS cluster', shell.cluster.name],
    cluster_arn: ['ARN of the ECS cluster', shell.cluster.arn],
    cluster_id: ['Id of the ECS cluster, which is its ARN', shell.cluster.arn],
    capacity_providers: ['Capacity provider of the group', { [provider.name]: provider.arn }],
    capacity_provider_name: ['Name of the capacity provider, for the list of a cluster', provider.name],
    cluster_capacity_providers: ['Every capacity provider of the cluster', association?.capacityProviders],
    // A changed output alone makes a plan: where images change without one, there are names instead.
    task_definition_arn: [
      'Task definition of a shell, with its revision',
      shell.rollout === undefined ? shell.task?.taskDefinition.arn : undefined,
    ],
    task_definition_family: [
      'Family of the task definition: its newest active revision, for callers of RunTask',
      shell.task?.taskDefinition.family,
    ],
    task_exec_iam_role_arn: ['Role that starts tasks', shell.task?.executionRole.arn],
    tasks_iam_role_arn: ['Role of the shells', shell.task?.taskRoleArn],
    exec_session_policy_json: [
      'Policy for whoever opens sessions into shells',
      shell.task === undefined || !shell.allowsSessions ? undefined : sessionPolicy(shell.cluster),
    ],
    prepull_log_group_name: ['Log group with a line for each boot', shell.prepullLog.logGroup.name],
    failed_events_queue_url: ['Queue of events that nobody could handle', shell.failedEvents?.queue.url],
    cloudwatch_log_group_name: ['Log group of the shells', shell.task?.logGroup.name],
    cloudwatch_log_group_arn: ['ARN of the log group of the shells', shell.task?.logGroup.arn],
    image_reference: [
      'Pinned image of task definition and pre-pull',
      shell.rollout === undefined ? shell.image.reference : undefined,
    ],
    image_digest: ['Digest of the image', shell.rollout === undefined ? shell.image.digest : undefined],
    wanted_parameter: ['Parameter with the wanted images', shell.rollout?.documents.wanted.name],
    images_parameter: ['Parameter with the images that hosts keep', shell.rollout?.documents.images.name],
    rollout_command: [
      'Rolls an image out onto the running hosts',
      shell.rollout === undefined
        ? undefined
        : `warmpath coldstart rollout --group ${shell.names.autoScalingGroup}`,
    ],
    golden_ami_ssm_parameter: ['Parameter with the newest golden AMI', shell.goldenAmi?.amiParameter.name],
    golden_image_ssm_parameter: [
      'Parameter with the image to bake',
      shell.goldenAmi?.referenceParameter.name,
    ],
    image_pipeline_arn: ['Image Builder pipeline', shell.goldenAmi?.pipeline.arn],
    alarm_arns: ['Alarms of cold starts, and of rollouts in place', alarmArns(shell)],
    dashboard_name: ['Dashboard of cold starts', shell.coldStartMetrics?.dashboard.dashboardName],
    instance_refresh_command: [
      'Replaces the instances; starts the rollout where an apply does not',
      shell.refreshCommand,
    ],
  };
}

/** `undefined` where nothing is watched. */
function alarmArns({ coldStartMetrics, otherAlarms }: AiShellEcs): readonly string[] | undefined {
  const alarms = [...(coldStartMetrics?.alarms ?? []), ...otherAlarms];
  return alarms.length === 0 ? undefined : alarms.map(({ arn }) => arn);
}
