import { version } from '../../../package.json';
import { createProgram } from '../../../scripts/cli/cli';
import { runCli } from './prewarm/cli-process';

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

  it('ends with 2 and a suggestion where a command is misspelt', async () => {
    const [group, command] = await Promise.all([runCli(['prewram']), runCli(['prewarm', 'rum'])]);
    expect(group).toMatchObject({ code: 2, stderr: expect.stringMatching(/Did you mean prewarm/) });
    expect(command).toMatchObject({ code: 2, stderr: expect.stringMatching(/Did you mean run/) });
  });
});
