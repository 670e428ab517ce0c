import { existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(__dirname, '..', '..');
const LAUNCHER = join(root, 'scripts', 'cli', 'warmpath.cjs');

/**
 * Returns the program that a test starts as `warmpath`. In `npm test` that is one file, bundled by whichever test needs it
 * first: it starts in a third of the time that the sources take, and so does each of its threads. Other tiers start the sources.
 */
export function warmpathProgram(): string {
  const folder = process.env['WARMPATH_TEST_FOLDER'];
  if (folder === undefined) return LAUNCHER;
  const program = join(folder, 'cli', 'warmpath.cjs');
  if (!existsSync(program)) bundle(folder, program);
  return program;
}

/** Several workers may do so at once: each makes a whole file of its own, and the last one stays. */
function bundle(folder: string, program: string): void {
  mkdirSync(join(folder, 'cli'), { recursive: true });
  // Libraries stay what they are: they are looked up from beside the bundle.
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  } catch (error) {
    if (!existsSync(join(folder, 'node_modules'))) throw error;
  }
  const outfile = `${program}.${process.pid}`;
  buildSync({
    absWorkingDir: root,
    entryPoints: [join(__dirname, 'bundled-cli-entry.cjs')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['classic-level', 'esbuild', 'tsx', '@aws-sdk/*'],
  });
  renameSync(outfile, program);
}
