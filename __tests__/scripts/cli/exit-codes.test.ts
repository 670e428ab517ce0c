import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '../../../lambdas/errors/warmpath-error';
import { withExitCodes } from '../../../scripts/build/schemas';
import { createProgram } from '../../../scripts/cli/cli';
import { allCommands, describeCommand } from '../../../scripts/cli/completion/command-tree';
import { manualPage } from '../../../scripts/cli/completion/manual';
import { EXIT_CODES, exitCodeHelp } from '../../../scripts/cli/exit-codes';
import { runCliHere } from './prewarm/cli-process';

const README = readFileSync(join(__dirname, '../../../README.md'), 'utf8');

describe('the exit codes', () => {
  it('stand in the README as they are; `npm run build:schemas` writes them', () => {
    expect(README).toContain('<!-- exit codes');
    expect(withExitCodes(README)).toBe(README);
  });

  it('are in the help of the commands that they are of, and in the manual', async () => {
    const paths = new Set(EXIT_CODES.flatMap(({ of }) => Object.keys(of)));
    for (const path of paths) {
      const group = path.split(' ')[0] ?? '';
      const program = createProgram([group]);
      expect(allCommands(describeCommand(program)).map((command) => command.path)).toContain(path);
      if (path === 'image plan') continue;
      const { stdout } = await runCliHere([...path.split(' '), '--help']);
      expect(stdout).toContain(exitCodeHelp(path));
    }
    const page = manualPage(describeCommand(createProgram(['prewarm'])), '1.2.3');
    for (const { code } of EXIT_CODES) expect(page).toContain(`.B ${code}\n`);
  });

  it('fit a terminal of 40 columns, and lose no word there', () => {
    const narrow = exitCodeHelp('prewarm run', 40);
    for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
    expect(narrow.split(/\s+/)).toEqual(exitCodeHelp('prewarm run', 500).split(/\s+/));
  });

  it('include every one that an error ends with', () => {
    const known = new Set(EXIT_CODES.map(({ code }) => code));
    for (const { exitCode } of Object.values(ERROR_CODES)) expect(known).toContain(String(exitCode));
  });
});
