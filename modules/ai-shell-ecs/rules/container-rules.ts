import { posix } from 'node:path';
import type { SidecarProps, VolumeProps } from '../props';
import type { TaskSettings } from '../settings';
import { SHELL_CONTAINER } from '../task-containers';
import { isInRange, isUnknown, type Rule } from './rule';

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html */
const LIMITS = [
  ...['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc', 'rss'],
  ...['rtprio', 'rttime', 'sigpending', 'stack'],
];
const NAME = /^[A-Za-z0-9_-]{1,255}$/;
/** Whoever sees one of these, or what is below, owns the host, its other shells or its gate. */
const SYSTEM_FOLDERS = [
  ...['/bin', '/boot', '/dev', '/etc', '/lib', '/lib64', '/proc', '/root', '/run', '/sbin', '/sys', '/usr'],
  ...[
    '/var/lib/cloud',
    '/var/lib/containerd',
    '/var/lib/docker',
    '/var/lib/ecs',
    '/var/lib/warmpath',
    '/var/run',
  ],
];
/** Folders that hold some of them. */
const PARENTS = ['/', '/var', '/var/lib'];
/** Families with GPUs of NVIDIA, whose driver the GPU AMI holds. */
const GPU_FAMILY = /^(g|gr|p)\d/;

/** A rule that only speaks where there is a task definition. */
function ofTask(id: string, problem: (task: TaskSettings) => string | undefined): Rule {
  return { id, problem: ({ task }) => (task === undefined ? undefined : problem(task)) };
}

function eachVolume(id: string, problem: (name: string, volume: VolumeProps) => string | undefined): Rule {
  return ofTask(id, ({ volumes }) => firstOf(Object.entries(volumes).map((entry) => problem(...entry))));
}

function eachSidecar(
  id: string,
  problem: (name: string, sidecar: SidecarProps, task: TaskSettings) => string | undefined,
): Rule {
  return ofTask(id, (task) =>
    firstOf(Object.entries(task.sidecars).map(([name, sidecar]) => problem(name, sidecar, task))),
  );
}

function firstOf(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

export const containerRules: readonly Rule[] = [
  ofTask('task-ulimits', ({ ulimits }) => {
    if (isUnknown(ulimits)) return undefined;
    const [bad] = Object.entries(ulimits).filter(
      ([name, { soft, hard }]) =>
        !LIMITS.includes(name) ||
        !isInRange(soft, -1, 2_147_483_647) ||
        !isInRange(hard, -1, 2_147_483_647) ||
        (hard !== -1 && (soft === -1 || soft > hard)),
    );
    return bad === undefined
      ? undefined
      : `task.ulimits: got ${bad[0]} ${bad[1].soft} to ${bad[1].hard}; allowed are ${LIMITS.join(', ')}, whole numbers, -1 for none, the soft ` +
          'limit at most the hard one; correct it';
  }),
  ofTask('task-gpus', ({ gpus }) =>
    isInRange(gpus, 0, 16)
      ? undefined
      : `task.gpus: got ${gpus}; allowed 0 to 16 whole GPUs; choose a number within it`,
  ),
  {
    id: 'gpus-without-driver',
    problem: ({ task, ami }) =>
      task === undefined ||
      isUnknown(task.gpus) ||
      task.gpus === 0 ||
      ami.from !== 'recommended' ||
      ami.given !== undefined
        ? undefined
        : `ami: got the recommended one with task.gpus ${task.gpus}; it has no driver, and ECS would place no shell; write { from: 'ssm', ` +
          "parameter: '/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id', resolve: 'plan' }, or an id",
  },
  {
    id: 'gpus-without-gpu',
    problem: ({ task, instances: { instanceTypes } }) => {
      if (task === undefined || isUnknown(task.gpus) || task.gpus === 0) return undefined;
      const odd = instanceTypes.find((type) => !isUnknown(type) && !GPU_FAMILY.test(type));
      return odd === undefined
        ? undefined
        : `instances.instanceTypes: got ${odd} with task.gpus ${task.gpus}; it has no GPU, and a shell would wait for ever; choose types such as ` +
            'g6.xlarge';
    },
  },
  eachVolume('volume-path', (name, { containerPath }) =>
    NAME.test(name) && /^\/./.test(containerPath)
      ? undefined
      : `task.volumes: got ${name} at ${containerPath}; a name has 1 to 255 letters, digits, - and _, and a path begins with / and is not the ` +
        'root; correct it',
  ),
  eachVolume('volume-of-the-host', (name, volume) => {
    if (volume.from !== 'host') return undefined;
    const path = posix.normalize(`${volume.hostPath}/`).slice(0, -1) || '/';
    const isSystem =
      PARENTS.includes(path) || SYSTEM_FOLDERS.some((system) => `${path}/`.startsWith(`${system}/`));
    return volume.hostPath.startsWith('/') && !isSystem
      ? undefined
      : `task.volumes.${name}.hostPath: got ${volume.hostPath}; a shell that sees the system, the engine or the agent of its host owns it; ` +
          "choose a folder of its own, such as '/srv/shells'";
  }),
  {
    id: 'volume-without-way',
    problem: ({ task, network }) => {
      const [name] =
        Object.entries(task?.volumes ?? {}).find(
          ([, volume]) => volume.from === 'efs' && volume.securityGroupId === undefined,
        ) ?? [];
      return name === undefined || network.securityGroupIds !== undefined
        ? undefined
        : `task.volumes.${name}.securityGroupId: got none; the instances' own group lets nothing out but HTTPS, and no shell would start; name the ` +
            'group of the mount targets, or give network.securityGroupIds';
    },
  },
  eachSidecar('sidecar-name', (name) =>
    NAME.test(name) && name !== SHELL_CONTAINER
      ? undefined
      : `task.sidecars: got ${name}; a name has 1 to 255 letters, digits, - and _, and ${SHELL_CONTAINER} is the shell's own; choose another`,
  ),
  eachSidecar('sidecar-health', (name, { shellWaitsFor, healthCheck, essential }) => {
    if (shellWaitsFor === 'HEALTHY' && healthCheck === undefined)
      return `task.sidecars.${name}.shellWaitsFor: got HEALTHY without a healthCheck; the shell would wait for ever; add one, or write 'START'`;
    if (shellWaitsFor === 'HEALTHY' && essential === false)
      return `task.sidecars.${name}.essential: got false with shellWaitsFor HEALTHY; where it ends the shell would wait for ever; leave it out`;
    return healthCheck === undefined || ['CMD', 'CMD-SHELL', 'NONE'].includes(healthCheck[0] ?? '')
      ? undefined
      : `task.sidecars.${name}.healthCheck: got ${healthCheck.join(' ')}; the first word says how it runs; write ['CMD-SHELL', '…']`;
  }),
  eachSidecar('sidecar-mount', (name, { mounts = {} }, { volumes }) => {
    const missing = Object.keys(mounts).find((volume) => !(volume in volumes));
    return missing === undefined
      ? undefined
      : `task.sidecars.${name}.mounts: got ${missing}; the task has the volumes [${Object.keys(volumes).join(', ')}]; add it to task.volumes`;
  }),
];
