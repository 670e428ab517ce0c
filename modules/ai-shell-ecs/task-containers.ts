/** The containers of a task: the shell, and its sidecars. */
import type { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Fn, type IResolvable, Op, Token } from 'cdktf';
import type { AwsLocation } from './aws-location';
import type { ImageReference } from './image-reference';
import { namedValues, ulimitValues } from './plan-values';
import type { SidecarProps } from './props';
import { type AiShellEcsSettings, SHELL_IMAGE, type TaskSettings } from './settings';
import { mountPoint } from './task-volumes';

export const SHELL_CONTAINER = SHELL_IMAGE;

export interface TaskContainersProps {
  readonly settings: AiShellEcsSettings;
  readonly task: TaskSettings;
  readonly location: AwsLocation;
  readonly image: ImageReference;
  /** Images of the sidecars, by their names. */
  readonly sidecarImages: Readonly<Record<string, ImageReference>>;
  readonly logGroup: CloudwatchLogGroup;
}

/** Definitions of the containers, as ECS takes them. */
export function taskContainers(props: TaskContainersProps): readonly object[] {
  const sidecars = Object.entries(props.task.sidecars).flatMap(([name, sidecar]) => {
    const image = props.sidecarImages[name];
    return image === undefined ? [] : [sidecarContainer(props, name, sidecar, image)];
  });
  return [shellContainer(props), ...sidecars];
}

function shellContainer(props: TaskContainersProps): object {
  const { settings, task } = props;
  const sidecars = Object.entries(task.sidecars);
  const { loadBalancer } = settings.given.service ?? {};
  return {
    ...common(props, SHELL_CONTAINER, props.image),
    essential: true,
    ...(task.command === undefined ? {} : { command: task.command }),
    ...(task.stopTimeoutSeconds === undefined ? {} : { stopTimeout: task.stopTimeoutSeconds }),
    environment: namedValues(task.environment),
    secrets: secretValues(task.secrets),
    readonlyRootFilesystem: task.readonlyRootFilesystem,
    ...(task.user === undefined ? {} : { user: task.user }),
    ...securityOptions(task.noNewPrivileges),
    ...(Token.isUnresolved(task.ulimits) || Object.keys(task.ulimits).length > 0
      ? { ulimits: ulimitValues(task.ulimits) }
      : {}),
    ...gpuRequirement(task.gpus),
    ...(Object.keys(task.volumes).length === 0
      ? {}
      : { mountPoints: Object.entries(task.volumes).map(([name, volume]) => mountPoint(name, volume)) }),
    ...(sidecars.length === 0
      ? {}
      : {
          dependsOn: sidecars.map(([containerName, { shellWaitsFor: condition = 'START' }]) => ({
            containerName,
            condition,
          })),
          // Containers on a bridge share no localhost.
          ...(task.networkMode === 'bridge' ? { links: sidecars.map(([name]) => name) } : {}),
        }),
    ...(loadBalancer === undefined
      ? {}
      : {
          // On a bridge the host's port is chosen at start, so that several shells fit on a host.
          portMappings: [
            {
              containerPort: loadBalancer.containerPort,
              hostPort: task.networkMode === 'awsvpc' ? loadBalancer.containerPort : 0,
              protocol: 'tcp',
            },
          ],
        }),
  };
}

function sidecarContainer(
  props: TaskContainersProps,
  name: string,
  sidecar: SidecarProps,
  image: ImageReference,
): object {
  const { task } = props;
  const {
    command,
    environment = {},
    essential = true,
    healthCheck,
    mounts = {},
    secrets = {},
    user,
  } = sidecar;
  return {
    ...common(props, name, image),
    essential,
    ...(command === undefined ? {} : { command }),
    environment: namedValues(environment),
    secrets: secretValues(secrets),
    ...(user === undefined ? {} : { user }),
    ...securityOptions(task.noNewPrivileges),
    ...(healthCheck === undefined ? {} : { healthCheck: { command: healthCheck } }),
    ...(Object.keys(mounts).length === 0
      ? {}
      : {
          mountPoints: Object.entries(mounts).map(([volume, containerPath]) =>
            mountPoint(volume, { containerPath, readOnly: task.volumes[volume]?.readOnly ?? false }),
          ),
        }),
  };
}

/** What the shell and its sidecars have in common. */
function common(props: TaskContainersProps, name: string, image: ImageReference): object {
  const { location, logGroup, settings } = props;
  return {
    name,
    image: image.reference,
    // The digest is pinned already; said aloud, a full cluster cannot silently turn the check off.
    versionConsistency: 'enabled',
    ...(image.credentialsSecretArn === undefined
      ? {}
      : { repositoryCredentials: { credentialsParameter: image.credentialsSecretArn } }),
    // PID 1 forwards signals and reaps what Exec sessions leave behind.
    // Shells on one host share its bridge: without raw sockets none of them can speak as another.
    linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['NET_RAW'] } },
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': logGroup.name,
        'awslogs-region': location.region,
        'awslogs-stream-prefix': settings.name,
        // A slow log must not hold up a shell.
        mode: 'non-blocking',
        'max-buffer-size': '4m',
      },
    },
  };
}

function secretValues(secrets: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom }));
}

/** Nothing for none, also where their number is known only at plan. */
function gpuRequirement(gpus: number): object {
  if (gpus === 0) return {};
  if (!Token.isUnresolved(gpus)) return { resourceRequirements: [{ type: 'GPU', value: String(gpus) }] };
  const requirement = { type: 'GPU', value: Fn.tostring(gpus) };
  return { resourceRequirements: Fn.conditional(Op.gte(gpus, 1), [requirement], []) };
}

function securityOptions(noNewPrivileges: boolean | IResolvable): object {
  const options = ['no-new-privileges'];
  if (typeof noNewPrivileges !== 'boolean')
    return { dockerSecurityOptions: Fn.conditional(noNewPrivileges, options, []) };
  return noNewPrivileges ? { dockerSecurityOptions: options } : {};
}
