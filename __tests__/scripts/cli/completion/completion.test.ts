import { execFileSync } from 'node:child_process';
import { createProgram } from '../../../../scripts/cli/cli';
import { allCommands, describeCommand } from '../../../../scripts/cli/completion/command-tree';
import { manualPage } from '../../../../scripts/cli/completion/manual';
import { completionFor } from '../../../../scripts/cli/completion/shells';
import { runCliHere } from '../prewarm/cli-process';

let script: string;
beforeAll(async () => {
  script = (await runCliHere(['completion', 'bash'])).stdout;
});

/** Returns what bash offers where the last word is being written. */
function offered(...words: string[]): string[] {
  const program = `${script}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _warmpath; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', program, 'bash', 'warmpath', ...words], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

describe('completion in bash', () => {
  it('offers groups, then their commands, then options', () => {
    expect(offered('')).toEqual(
      expect.arrayContaining(['prewarm', 'image', 'review', 'completion', '--help']),
    );
    expect(offered('pre')).toEqual(['prewarm']);
    expect(offered('prewarm', 's')).toEqual(expect.arrayContaining(['serve', 'status', 'stop', 'submit']));
    expect(offered('prewarm', 'se')).toEqual(['serve']);
    expect(offered('prewarm', 'watch', '--sort', 'b')).toEqual(['bytes']);
    expect(offered('prewarm', 'run', '--cf')).toEqual(['--cf-domain']);
  });

  it('offers the values of an option that has few', () => {
    expect(offered('review', '--format', '')).toEqual(['md', 'html', 'json']);
  });

  it('is not led astray by options and their values before', () => {
    expect(offered('review', '--output', 'image', '--format', 'h')).toEqual(['html']);
    expect(offered('prewarm', '--help', 'run', '--quie')).toEqual(['--quiet']);
  });

  it('offers nothing of its own where files are wanted', () => {
    expect(offered('prewarm', 'run', 'list')).toEqual([]);
  });
});

describe('every shell and the manual', () => {
  const review = describeCommand(createProgram(['review']));

  it.each(['bash', 'zsh', 'fish'] as const)('%s knows every command and option', (shell) => {
    const text = completionFor(shell, review);
    for (const { path, options } of allCommands(review)) {
      expect(text).toContain(path);
      for (const name of options.flatMap(({ names }) => names))
        expect(text).toContain(
          shell === 'fish' ? ` ${name.replace(/^--/, '-l ').replace(/^-(?=.$)/, '-s ')} ` : name,
        );
    }
  });

  it('the manual has every option, and no line that roff would take for its own', () => {
    const page = manualPage(review, '1.2.3');
    expect(page).toContain('.B \\-\\-format <format>');
    expect(page.split('\n').filter((line) => /^[.']/.test(line))).toEqual(
      page.split('\n').filter((line) => /^\.(?:TH|SH|SS|TP|B|I|br)\b/.test(line)),
    );
  });

  it('a shell that is not known ends with 2 and the ones that are', async () => {
    expect(await runCliHere(['completion', 'tcsh'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Allowed choices are bash, zsh, fish/),
    });
  });
});
