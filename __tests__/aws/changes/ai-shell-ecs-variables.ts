/** A change of every variable of the plain Terraform modules of `AiShellEcs`. */
import { BOUNDARY_ARN } from './ai-shell-ecs-cases';
import type { Surroundings } from './surroundings';

const DIGESTS = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`);
const KEY_ARN = 'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';

/** What a caller must say, by module. */
export function requiredArguments(name: string, { vpcId, subnetIds, amiId }: Surroundings) {
  return {
    name,
    ecr_repository_url: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/ai-shell',
    container_image_digest: DIGESTS[0],
    image_id: amiId,
    vpc_id: vpcId,
    subnet_ids: subnetIds.slice(0, 1),
    ...(name.includes('joined') || name.includes('spot') ? { existing_cluster_name: 'platform' } : {}),
    // What it has beside its group is planned by the others.
    ...(name.includes('spot') ? { create_cold_start_metrics: false } : {}),
  };
}

/** New values of the variables of all modules; the module with the golden AMI has every one. */
export function changedVariables({ subnetIds }: Surroundings): Readonly<Record<string, unknown>> {
  return {
    name: 'renamed',
    ecr_repository_url: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/other-shell',
    container_image_tag: 'v2',
    container_image_digest: DIGESTS[1],
    image_id: 'ami-0a1b2c3d4e5f60718',
    vpc_id: 'vpc-0fedcba9',
    subnet_ids: subnetIds,
    security_group_ids: ['sg-0a1b2c3d4e5f60718'],
    architecture: 'x86_64',
    instance_type: 'm7g.xlarge',
    instance_types: ['m7g.large', 'm6g.large'],
    on_demand_base_capacity: 1,
    on_demand_percentage_above_base_capacity: 25,
    spot_allocation_strategy: 'capacity-optimized',
    capacity_rebalance: true,
    check_instance_type: false,
    min_size: 1,
    max_size: 8,
    desired_capacity: 2,
    max_instance_lifetime: 604_800,
    warm_pool_state: 'Running',
    warm_pool_min_size: 3,
    warm_pool_max_group_prepared_capacity: 10,
    warm_pool_time_zone: 'Europe/Berlin',
    warm_pool_schedule: [{ from: '22:00', to: '06:00', min_size: 0 }],
    warm_pool_follow_demand: { max_size: 9 },
    root_volume_size: 100,
    root_volume_iops: 4000,
    root_volume_throughput: 500,
    root_volume_initialization_rate: 200,
    root_volume_kms_key_arn: KEY_ARN,
    prepull_timeout: 1200,
    prepull_unused_image_hours: 24,
    prepull_min_free_mib: 8192,
    prepull_keep_superseded: 2,
    agent_reserved_memory: 512,
    agent_task_cleanup_wait: '30m',
    instance_maintenance_min_healthy_percentage: 90,
    instance_maintenance_max_healthy_percentage: 120,
    prepull_on_failure: 'CONTINUE',
    instance_refresh_min_healthy_percentage: 90,
    instance_refresh_max_healthy_percentage: 150,
    rollout_ready_percent: 90,
    rollout_pool_renewal: 'lazy',
    target_capacity: 70,
    minimum_scaling_step_size: 2,
    maximum_scaling_step_size: 10,
    instance_warmup_period: 30,
    container_insights: 'enabled',
    cluster_name: 'shells',
    adopt_existing_cluster: true,
    existing_cluster_name: 'shells',
    container_stop_timeout: '2m',
    task_cpu: 1024,
    task_memory: 2048,
    task_network_mode: 'awsvpc',
    task_user: '1000:1000',
    task_no_new_privileges: true,
    task_ulimits: { nofile: { soft: 4096, hard: 65_536 } },
    task_gpus: 1,
    user_data_before_gate: 'echo before',
    user_data_after_gate: 'echo after',
    exec_record_retention_in_days: 731,
    task_environment: { LANG: 'C.UTF-8' },
    cloudwatch_log_group_retention_in_days: 90,
    slow_start_seconds: 5,
    alarm_topic_arns: ['arn:aws:sns:eu-central-1:123456789012:alarms'],
    golden_ami_schedule: 'cron(0 4 ? * sat *)',
    golden_ami_keep_images: 5,
    region: 'eu-central-1',
    partition: 'aws',
    look_up_image: false,
    look_up_ami: false,
    create: false,
    create_capacity_provider: false,
    create_cold_start_metrics: false,
    capacity_provider_name: 'other-capacity',
    create_security_group: true,
    force_delete: true,
    cloudwatch_log_group_kms_key_id: KEY_ARN,
    iam_role_name_prefix: 'team-',
    iam_role_name_suffix: '',
    iam_role_path: '/teams/',
    iam_role_permissions_boundary: BOUNDARY_ARN,
    tags: { Team: 'shells' },
  };
}

/** What has to change with a variable, as the module refuses it alone. */
export const CHANGED_TOGETHER: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  architecture: { instance_type: 'm7i.large' },
  // The emulator offers none with GPUs.
  task_gpus: { instance_type: 'g5g.xlarge', check_instance_type: false },
};
