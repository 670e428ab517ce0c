import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../build/functions';
import { type Bench, inTurn, ratiosOf, resultOf } from './bench';

const run = promisify(execFile);
const ROUNDS = 5;

const EMPTY_APP = `import { App, TerraformStack } from 'cdktf';
const app = new App();
new TerraformStack(app, 'empty');
app.synth();
`;

/** Returns the processor time in seconds of a shell line and all that it starts, which `times` of the shell tells. */
async function cpuSeconds(line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  const { stdout } = await run('sh', ['-c', `${line} >/dev/null && times`], { cwd, env });
  const [, ofChildren = ''] = stdout.trim().split('\n');
  return [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

/** Processor time of a synthesis of all stacks, beside an app with one empty stack. */
export const synth: Bench = {
  name: 'synth',
  summary: 'npm run synth, in processor time, beside an empty CDKTF app',
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'warmpath-bench-synth-'));
    try {
      const app = join(folder, 'app');
      mkdirSync(app);
      symlinkSync(join(repositoryRoot, 'node_modules'), join(app, 'node_modules'));
      writeFileSync(join(app, 'main.ts'), EMPTY_APP);
      writeFileSync(join(app, 'package.json'), '{"scripts":{"synth":"tsx main.ts"}}');
      const out = { ...process.env, CDKTF_OUTDIR: join(folder, 'out') };
      const figures = await inTurn(
        {
          ours: () => cpuSeconds('npm run -s synth', repositoryRoot, out),
          npx: () => cpuSeconds('npx --no-install tsx main.ts', app, process.env),
          script: () => cpuSeconds('npm run -s synth', app, process.env),
        },
        { rounds: ROUNDS },
        say,
      );
      const { ours, npx, script } = figures;
      return resultOf({
        name: 'synth',
        unit: 's of processor time',
        ours,
        others: { 'empty app, as its cdktf.json starts it': npx, 'empty app, as an npm script': script },
        ratios: {
          'empty app, as its cdktf.json starts it': ratiosOf(ours, { npx })['npx'] ?? [],
          'empty app, as an npm script': ratiosOf(ours, { script })['script'] ?? [],
        },
        targets: { 'empty app, as its cdktf.json starts it': { atMost: 1.5 } },
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
