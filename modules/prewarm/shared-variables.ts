import { Tokenization } from 'cdktf';
import type { PrewarmQueue } from './queue';
import type { PrewarmStore } from './store';

export interface DeploymentProps {
  readonly deployment: string;
  readonly metricsNamespace: string;
  readonly store: PrewarmStore;
  readonly retentionDays: number;
}

/** Returns the environment variables that every function and the agent read. */
export function deploymentVariables({ deployment, metricsNamespace, store, retentionDays }: DeploymentProps) {
  return {
    DEPLOYMENT: deployment,
    METRICS_NAMESPACE: metricsNamespace,
    REQUEST_TABLE: store.requests.name,
    POP_TABLE: store.pops.name,
    TASK_TABLE: store.tasks.name,
    RECORD_RETENTION_DAYS: Tokenization.stringifyNumber(retentionDays),
  };
}

/** Returns the environment variables of programs that send or receive slices. */
export function queueVariables({ tasks, deadLetters }: PrewarmQueue) {
  return {
    QUEUE_URL: tasks.url,
    DEAD_LETTER_QUEUE_URL: deadLetters.url,
  };
}

export interface FleetProps {
  readonly groupName: string;
  readonly maxInstances: number;
}

/** Returns the environment variables of functions that size the fleet. */
export function fleetVariables({ groupName, maxInstances }: FleetProps) {
  return {
    GROUP_NAME: groupName,
    MAX_INSTANCES: Tokenization.stringifyNumber(maxInstances),
  };
}
