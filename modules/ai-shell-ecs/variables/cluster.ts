import { Fn, Token } from 'cdktf';
import type { HclModuleStack, ModuleVariable } from '../../parts/hcl-module';
import type { ClusterProps, ExecProps } from '../props';
import { declare } from './declare';

function clusterName(more: string) {
  return [
    {
      condition: `can(regex("^[A-Za-z0-9_-]{${more},255}$", var.ecs_cluster_name))`,
      message: `ecs_cluster_name: ${more === '0' ? 'up to' : '1 to'} 255 letters, digits, hyphens and underscores.`,
    },
  ];
}

const ofOwn = {
  ecs_cluster_name: {
    description: 'Name of the ECS cluster; empty for `<name>-ecs`',
    default: '',
    validations: clusterName('0'),
  },
  container_insights: {
    description: 'Container Insights of the cluster: enhanced, enabled or disabled',
    default: 'enhanced',
    validations: [
      {
        condition: 'contains(["enhanced", "enabled", "disabled"], var.container_insights)',
        message: 'container_insights: enhanced, enabled or disabled.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;

const sessions = {
  exec_record_retention_in_days: {
    description: 'Days that the record of Exec sessions is kept',
    type: 'number',
    default: 365,
  },
} as const satisfies Record<string, ModuleVariable>;

const ofExisting = {
  ecs_cluster_name: { description: 'Name of the existing ECS cluster', validations: clusterName('1') },
} as const satisfies Record<string, ModuleVariable>;

/** A cluster that the module creates. */
export function ownClusterProps(stack: HclModuleStack, baseName: string): ClusterProps {
  const { ecs_cluster_name: given, container_insights: insights } = declare(stack, ofOwn);
  return {
    name: Token.asString(Fn.coalesce([given.stringValue, `${baseName}-ecs`])),
    // The variable's own validation allows nothing else.
    containerInsights: insights.stringValue as 'enhanced',
  };
}

/** The record of Exec sessions, which the owner of the cluster decides on. */
export function execProps(stack: HclModuleStack): ExecProps {
  return { recordRetentionDays: declare(stack, sessions).exec_record_retention_in_days.numberValue };
}

/** A cluster that is there already. */
export function existingClusterProps(stack: HclModuleStack): ClusterProps {
  const { ecs_cluster_name: given } = declare(stack, ofExisting);
  return { create: false, name: given.stringValue };
}
