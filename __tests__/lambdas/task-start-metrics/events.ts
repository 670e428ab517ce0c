/** Events as EventBridge delivers them, with a few fields that are read nowhere. */
export function taskRunningEvent(detail: Readonly<Record<string, unknown>>) {
  return {
    version: '0',
    id: '9bcdac79-b31f-4d3d-9410-fbd727c29fab',
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    detail: {
      taskArn: 'arn:aws:ecs:eu-central-1:111111111111:task/shell-ecs/2fab',
      clusterArn: 'arn:aws:ecs:eu-central-1:111111111111:cluster/shell-ecs',
      taskDefinitionArn: 'arn:aws:ecs:eu-central-1:111111111111:task-definition/shell-shell:7',
      capacityProviderName: 'shell-capacity',
      lastStatus: 'RUNNING',
      desiredStatus: 'RUNNING',
      version: 3,
      createdAt: '2026-11-01T10:00:00.123Z',
      startedAt: '2026-11-01T10:00:01.5Z',
      ...detail,
    },
  };
}

export function instanceLaunchEvent(detail: Readonly<Record<string, unknown>>) {
  return {
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': 'EC2 Instance-launch Lifecycle Action',
    source: 'aws.autoscaling',
    detail: {
      LifecycleActionToken: '71514b9d-6a40-4b26-8523-05e7ee35fa40',
      AutoScalingGroupName: 'shell-ecs-asg',
      LifecycleHookName: 'shell-image-ready',
      EC2InstanceId: 'i-1234567890abcdef0',
      Origin: 'EC2',
      Destination: 'AutoScalingGroup',
      ...detail,
    },
  };
}

export function groupTroubleEvent(detailType: string) {
  return {
    version: '0',
    id: '12345678-1234-1234-1234-123456789012',
    'detail-type': detailType,
    source: 'aws.autoscaling',
    detail: { AutoScalingGroupName: 'shell-ecs-asg', StatusCode: 'Failed', StatusMessage: '' },
  };
}

export function imageBuildEvent(status: string) {
  return {
    version: '0',
    id: 'a1b2c3d4-5678-90ab-cdef-example11111',
    'detail-type': 'EC2 Image Builder Image State Change',
    source: 'aws.imagebuilder',
    resources: ['arn:aws:imagebuilder:eu-central-1:111111111111:image/shell-golden-ami/1.0.7/1'],
    detail: { 'previous-state': { status: 'TESTING' }, state: { status, reason: '' } },
  };
}
