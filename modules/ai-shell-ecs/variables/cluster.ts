import { Fn, Op, Token } from 'cdktf';
import { declare, type HclModuleStack, logRetention, type ModuleVariable } from '../../parts/hcl-module';
import type { ClusterProps, ExecProps } from '../props';

const ofOwn = {
  cluster_name: {
    description: 'Name of the ECS cluster that is created here; empty for `<name>-ecs`',
    default: '',
    validations: [
      {
        condition: 'can(regex("^[A-Za-z0-9_-]{0,255}$", var.cluster_name))',
        message: 'cluster_name: up to 255 letters, digits, hyphens and underscores.',
      },
    ],
  },
  adopt_existing_cluster: {
    description:
      'Take the cluster over where one of that name exists, and delete it with the module; once, for a state that made it without ' +
      'knowing so (of version 0.1, or lost)',
    type: 'bool',
    default: false,
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
    description: 'Days that the record of Exec sessions is kept, one of those that CloudWatch Logs knows',
    type: 'number',
    default: 365,
    validations: [logRetention('exec_record_retention_in_days')],
  },
} as const satisfies Record<string, ModuleVariable>;

const ofExisting = {
  existing_cluster_name: {
    description: 'Name of the ECS cluster that the instances join; it is neither created nor changed',
    validations: [
      {
        condition: 'can(regex("^[A-Za-z0-9_-]{1,255}$", var.existing_cluster_name))',
        message:
          'existing_cluster_name: 1 to 255 letters, digits, hyphens and underscores; the name, not the ARN.',
      },
    ],
  },
} as const satisfies Record<string, ModuleVariable>;

/** A cluster that the module creates. */
export function ownClusterProps(stack: HclModuleStack, baseName: string): ClusterProps {
  const declared = declare(stack, ofOwn);
  return {
    name: Token.asString(Fn.coalesce([declared.cluster_name.stringValue, `${baseName}-ecs`])),
    refuseExisting: Op.not(declared.adopt_existing_cluster.value),
    // The variable's own validation allows nothing else.
    containerInsights: declared.container_insights.stringValue as 'enhanced',
  };
}

/** The record of Exec sessions, which the owner of the cluster decides on. */
export function execProps(stack: HclModuleStack): ExecProps {
  return { recordRetentionDays: declare(stack, sessions).exec_record_retention_in_days.numberValue };
}

/** A cluster that is there already. */
export function existingClusterProps(stack: HclModuleStack): ClusterProps {
  const { existing_cluster_name: given } = declare(stack, ofExisting);
  return { create: false, name: given.stringValue };
}
