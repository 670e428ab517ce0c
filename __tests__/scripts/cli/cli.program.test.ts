import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { version } from '../../../package.json';
import { createProgram } from '../../../scripts/cli/cli';
import { runCli, startCli } from './prewarm/cli-process';

const LAUNCHER = join(__dirname, '../../../scripts/cli/warmpath.cjs');

describe('warmpath', () => {
  it('prints its version and its commands, and ends with 0', async () => {
    const [shown, help, none] = await Promise.all([runCli(['--version']), runCli(['--help']), runCli([])]);
    expect(shown).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(help).toMatchObject({ code: 0, stdout: expect.stringMatching(/Usage: warmpath[\s\S]*prewarm/) });
    expect(none.stdout).toBe(help.stdout);
  });

  it('loads a group of commands only where the arguments name it', () => {
    function subcommands(args: string[]) {
      return createProgram(args)
        .commands.find((command) => command.name() === 'prewarm')
        ?.commands.map((command) => command.name());
    }
    expect(subcommands(['--help'])).toEqual([]);
    expect(subcommands(['prewarm', 'run'])).toContain('run');
    expect(subcommands(['help', 'prewarm'])).toContain('run');
  });

  it('ends quietly where nobody reads what it prints', async () => {
    const commands = [
      ['--help'],
      ['--version'],
      ['prewarm', 'run', '--help'],
      ['prewarm', 'pops'],
      ['prewarm', 'pops', '--json'],
    ];
    for (const args of commands) {
      const { child, result } = startCli(args);
      child.stdout?.destroy();
      expect({ args, ...(await result) }).toEqual({ args, code: 0, stdout: '', stderr: '' });
    }
    const { child, result } = startCli(['prewarm', 'rum']);
    child.stderr?.destroy();
    expect(await result).toEqual({ code: 2, stdout: '', stderr: '' });
  });

  it('says in one sentence that Node is too old, before anything is loaded', async () => {
    async function withNode(version: string) {
      const pretend = `Object.defineProperty(process.versions, 'node', { value: ${JSON.stringify(version)} }); process.argv = [process.argv[0], 'warmpath', '--version']; require(${JSON.stringify(LAUNCHER)})`;
      return promisify(execFile)(process.execPath, ['-e', pretend]).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
      );
    }
    for (const old of ['20.8.1', '18.20.4', '8.17.0'])
      expect(await withNode(old)).toEqual({
        code: 2,
        stdout: '',
        stderr: `warmpath: got Node ${old}; allowed: Node 20.9 or later; install a newer one\n`,
      });
    for (const enough of ['20.9.0', '22.0.0', '100.0.0'])
      expect(await withNode(enough)).toMatchObject({ code: 0 });
  });

  it('ends with 2 and a suggestion where a command is misspelt', async () => {
    const [group, command] = await Promise.all([runCli(['prewram']), runCli(['prewarm', 'rum'])]);
    expect(group).toMatchObject({ code: 2, stderr: expect.stringMatching(/Did you mean prewarm/) });
    expect(command).toMatchObject({ code: 2, stderr: expect.stringMatching(/Did you mean run/) });
  });
});
