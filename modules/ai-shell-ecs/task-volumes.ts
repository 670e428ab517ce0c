/** Volumes of a task: what they are, where containers see them, and what may be done on them. */
import type { EcsTaskDefinitionVolume } from '@cdktf/provider-aws/lib/ecs-task-definition';
import type { PolicyStatement } from '../parts/policy';
import type { MountProps, VolumeProps } from './props';

type Volumes = Readonly<Record<string, VolumeProps>>;

export function taskVolumes(volumes: Volumes): EcsTaskDefinitionVolume[] {
  return Object.entries(volumes).map(([name, volume]) => ({ name, ...whereItIs(volume) }));
}

function whereItIs(volume: VolumeProps): Omit<EcsTaskDefinitionVolume, 'name'> {
  switch (volume.from) {
    case 'task':
      return {};
    case 'host':
      return { hostPath: volume.hostPath };
    case 'efs':
      return {
        efsVolumeConfiguration: {
          fileSystemId: volume.fileSystemId,
          transitEncryption: 'ENABLED',
          authorizationConfig: {
            iam: 'ENABLED',
            ...(volume.accessPointId === undefined ? {} : { accessPointId: volume.accessPointId }),
          },
        },
      };
  }
}

export function mountPoint(sourceVolume: string, { containerPath, readOnly = false }: MountProps): object {
  return { sourceVolume, containerPath, readOnly };
}

/** What the role of a task needs to mount its EFS file systems: through the access point where there is one. */
export function mountStatements(volumes: Volumes, arn: (resource: string) => string): PolicyStatement[] {
  return Object.values(volumes).flatMap((volume, index) => {
    if (volume.from !== 'efs') return [];
    return {
      sid: `MountVolume${index + 1}`,
      actions: [
        'elasticfilesystem:ClientMount',
        ...(volume.readOnly === true ? [] : ['elasticfilesystem:ClientWrite']),
      ],
      resources: [arn(`file-system/${volume.fileSystemId}`)],
      ...(volume.accessPointId === undefined
        ? {}
        : {
            conditions: {
              StringEquals: {
                'elasticfilesystem:AccessPointArn': arn(`access-point/${volume.accessPointId}`),
              },
            },
          }),
    };
  });
}

/** Security groups of the mount targets. */
export function mountTargetGroups(volumes: Volumes): readonly string[] {
  const groups = Object.values(volumes).flatMap((volume) =>
    volume.from === 'efs' && volume.securityGroupId !== undefined ? [volume.securityGroupId] : [],
  );
  return [...new Set(groups)];
}
