import { Fn, Op, Token } from 'cdktf';
import { declare, type HclModuleStack, type ModuleVariable, wholeNumber } from '../../parts/hcl-module';
import { valueIf } from '../../parts/plan-values';
import type { AiShellEcsProps } from '../props';

const variables = {
  container_stop_timeout: {
    description: 'SIGTERM to SIGKILL, with unit, e.g. 30s',
    default: '30s',
    validations: [
      {
        condition: 'can(regex("^[1-9][0-9]*[smh]$", var.container_stop_timeout))',
        message:
          'container_stop_timeout: a number of at least 1 with its unit s, m or h; the agent takes 30s for anything else.',
      },
    ],
  },
  agent_reserved_memory: {
    description: 'Memory in MiB that tasks cannot have: for the agent and the system',
    type: 'number',
    default: 256,
    validations: [wholeNumber('agent_reserved_memory', 0, 1_000_000, 'MiB')],
  },
  agent_task_cleanup_wait: {
    description: 'How long stopped containers are kept, with unit, e.g. 10m',
    default: '10m',
    validations: [
      {
        condition:
          'can(regex("^([1-9][0-9]*[mh]|([6-9][0-9]|[1-9][0-9]{2,})s)$", var.agent_task_cleanup_wait))',
        message: 'agent_task_cleanup_wait: at least a minute, with its unit s, m or h, such as 10m.',
      },
    ],
  },
  task_cpu: { description: 'CPU units of a shell, 1024 to a vCPU', type: 'number', default: 512 },
  task_memory: { description: 'Memory of a shell in MiB', type: 'number', default: 1024 },
  task_network_mode: {
    description: 'Network mode of a shell: bridge or awsvpc',
    default: 'bridge',
    validations: [
      {
        condition: 'contains(["bridge", "awsvpc"], var.task_network_mode)',
        message: 'task_network_mode: bridge or awsvpc.',
      },
    ],
  },
  task_user: {
    description: "User of the container: name, uid or uid:gid; empty for the image's own",
    default: '',
  },
  task_no_new_privileges: {
    description: 'Whether programs such as sudo gain nothing by the rights of their owner',
    type: 'bool',
    default: false,
  },
  task_ulimits: {
    description: 'Limits of the processes of a shell by their Linux name, such as nofile',
    type: 'map(object({ soft = number, hard = number }))',
    default: {},
    validations: [
      {
        condition:
          'alltrue([for limit in values(var.task_ulimits) : limit.hard == -1 || (limit.soft >= 0 && limit.soft <= limit.hard)])',
        message: 'task_ulimits: the soft limit at most the hard one; -1 for none.',
      },
    ],
  },
  task_gpus: {
    description: 'GPUs of a shell; image_id must be an AMI with their driver',
    type: 'number',
    default: 0,
    validations: [
      {
        condition: 'var.task_gpus >= 0 && var.task_gpus <= 16 && (var.task_gpus == 0 || var.image_id != "")',
        message: 'task_gpus: 0 to 16, and more than 0 only with image_id: the recommended AMI has no driver.',
      },
      {
        condition:
          'var.task_gpus == 0 || alltrue([for type in concat(var.instance_types, length(var.instance_types) == 0 ? [var.instance_type] : []) : ' +
          'can(regex("^(g|gr|p)[0-9]", type))])',
        message:
          'task_gpus: more than 0 only on instance types with GPUs, such as g5g.xlarge; take such types, or a shell would wait for ever.',
      },
    ],
  },
  task_environment: {
    description: 'Environment variables of a shell; no secrets',
    type: 'map(string)',
    default: {},
  },
} as const satisfies Record<string, ModuleVariable>;

/** A shell, and how the agent stops it. */
export function taskProps(stack: HclModuleStack): Pick<AiShellEcsProps, 'agent' | 'task'> {
  const declared = declare(stack, variables);
  const user = declared.task_user.stringValue;
  return {
    agent: {
      containerStopTimeout: declared.container_stop_timeout.stringValue,
      reservedMemoryMib: declared.agent_reserved_memory.numberValue,
      taskCleanupWait: declared.agent_task_cleanup_wait.stringValue,
    },
    task: {
      cpuUnits: declared.task_cpu.numberValue,
      memoryMib: declared.task_memory.numberValue,
      // The variable's own validation allows nothing else.
      networkMode: declared.task_network_mode.stringValue as 'bridge' | 'awsvpc',
      user: Token.asString(valueIf(Op.gte(Fn.lengthOf(user), 1), user)),
      noNewPrivileges: declared.task_no_new_privileges.booleanValue,
      ulimits: Token.asAnyMap(declared.task_ulimits.value),
      gpus: declared.task_gpus.numberValue,
      environment: Token.asStringMap(declared.task_environment.value),
    },
  };
}
