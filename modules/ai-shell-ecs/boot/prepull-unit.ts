import { Tokenization } from 'cdktf';
import { plus } from '../plan-values';

const INTROSPECTION_RULE = 'iptables -w ACT INPUT -i docker0 -p tcp --dport 51678 -j DROP';

/** Seconds that systemd grants beyond the hook's deadline, for the log, a last call, and the wait for the end after ABANDON. */
const GRACE_SECONDS = 300;

/**
 * The unit that runs the pre-pull program on every boot: after Docker, before the ECS agent, so that no task is placed
 * on an instance whose image is still on its way. `RemainAfterExit` keeps a second start within one boot a no-op.
 * ecs.service does not require it: an instance whose pull failed outside a launch still serves, only slower.
 */
export function renderPrepullUnit(hookTimeoutSeconds: number): string {
  return [
    '[Unit]',
    'Description=Warmpath: container images on disk before the ECS agent starts',
    'After=docker.service network-online.target',
    'Wants=docker.service network-online.target',
    'Before=ecs.service',
    '',
    '[Service]',
    'Type=oneshot',
    'RemainAfterExit=yes',
    'ExecStart=/usr/local/sbin/warmpath-prepull',
    `TimeoutStartSec=${Tokenization.stringifyNumber(plus(hookTimeoutSeconds, GRACE_SECONDS))}`,
    'StandardOutput=journal+console',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

/**
 * Keeps the agent of a pooled instance down while the pre-pull program says so. By itself the agent looks once a minute
 * whether the instance has left its pool; the watch unit looks every two seconds, and starts it then.
 */
export function renderAgentDropIn(): string {
  return [
    '[Unit]',
    'ConditionPathExists=!/run/warmpath/agent-held',
    '',
    '[Service]',
    // What runs on the host, and in which task, is not for containers on its bridge to read from the agent.
    `ExecStartPre=-/bin/sh -c '${INTROSPECTION_RULE.replace('ACT', '-C')} 2>/dev/null || ${INTROSPECTION_RULE.replace('ACT', '-I')}'`,
    '',
  ].join('\n');
}

/**
 * The first unit holds the agent back for one call of the hook, no longer. What the group did not accept by then, because it
 * had yet to notice the boot or the call failed, this unit repeats until the hook's time-out. It also completes the
 * hook, and starts the agent, at transitions that are no boot, as when an instance leaves a pool of running or hibernated
 * instances; and it removes images that nobody uses.
 */
export function renderWatchUnit(): string {
  return [
    '[Unit]',
    'Description=Warmpath: completes the launch hook where the boot did not',
    'After=warmpath-prepull.service',
    // It is what starts the agent of an instance that leaves its pool: it must come back however often it ends.
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'ExecStart=/usr/local/sbin/warmpath-prepull watch',
    'Restart=always',
    'RestartSec=5',
    'StandardOutput=journal+console',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}
