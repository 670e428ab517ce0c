/** What the driver and the boot program must agree on, from either side. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { waveBucket } from '../../../../lambdas/image-rollout/plan/wave';

const BOOT = join(__dirname, '../../../../modules/ai-shell-ecs/boot/prepull');
const PART = join(BOOT, 'warmpath-document.sh');

describe("the boot program's part that follows a rollout in place", () => {
  it('puts an instance into the same bucket as the driver does', () => {
    const ids = fc.sample(fc.stringMatching(/^i-[0-9a-f]{17}$/), 300);
    const script = `. ${PART}; while read -r INSTANCE; do wave_bucket; echo "$REPLY"; done`;
    const { stdout } = spawnSync('bash', ['-c', script], { input: `${ids.join('\n')}\n`, encoding: 'utf8' });
    expect(stdout.trim().split('\n').map(Number)).toEqual(ids.map(waveBucket));
  });

  it('passes shellcheck together with the program that it is part of', () => {
    const program = ['warmpath-prepull.sh', 'warmpath-document.sh'].map((name) =>
      readFileSync(join(BOOT, name), 'utf8'),
    );
    const { error, stdout } = spawnSync('shellcheck', ['-s', 'bash', '-'], {
      input: program.join('\n'),
      encoding: 'utf8',
    });
    if (error === undefined || process.env['CI'] === 'true') expect(stdout).toBe('');
  });
});
