import { Tokenization } from 'cdktf';
import { plus } from '../plan-values';

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
 * The first unit holds the agent back for one call of the hook, no longer. What the group did not accept by then, because it
 * had yet to notice the boot or the call failed, this unit repeats until the hook's time-out. It also answers transitions
 * that are no boot, as when an instance leaves a pool of running or hibernated instances.
 */
export function renderWatchUnit(): string {
  return [
    '[Unit]',
    'Description=Warmpath: completes the launch hook where the boot did not',
    'After=warmpath-prepull.service',
    '',
    '[Service]',
    'ExecStart=/usr/local/sbin/warmpath-prepull watch',
    'Restart=on-failure',
    'RestartSec=5',
    'StandardOutput=journal+console',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}
