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
 * For pools of running or hibernated instances: leaving such a pool is no boot, so a second unit stays, watches the
 * instance's target state and completes the hook of that transition too.
 */
export function renderWatchUnit(): string {
  return [
    '[Unit]',
    'Description=Warmpath: completes the launch hook when the instance leaves the warm pool without booting',
    'After=warmpath-prepull.service',
    '',
    '[Service]',
    'ExecStart=/usr/local/sbin/warmpath-prepull watch',
    'Restart=on-failure',
    'RestartSec=5',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}
