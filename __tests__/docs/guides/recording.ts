import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TerminalLine, terminalSvg } from '../../../scripts/build/terminal-svg';
import { commandsOf, GUIDES } from './run-guide';

/** Tells what was typed from what came of it: the shell shows each command as it stands in the guide. */
function terminalLines(name: string, screen: string): readonly TerminalLine[] {
  const typed = commandsOf(name).join('\n').split('\n');
  let next = 0;
  return screen
    .replaceAll('\r', '\n')
    .split('\n')
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const at = typed.indexOf(text, next);
      // The bodies of files are written in a stretch, and are no commands of their own.
      if (at === -1 || at > next + 3) return { kind: 'output', text };
      next = at + 1;
      return { kind: 'command', text };
    });
}

/** The picture of a guide shows its commands as they are; `UPDATE_RECORDINGS=1` takes it anew. */
export function expectRecording(name: string, screen: string): void {
  const path = join(GUIDES, `${name}.svg`);
  const lines = terminalLines(name, screen);
  if (process.env['UPDATE_RECORDINGS'] !== undefined || !existsSync(path))
    writeFileSync(path, terminalSvg(`A terminal with the commands of the guide`, lines));
  const shown = [...readFileSync(path, 'utf8').matchAll(/class="command"[^>]*>(.*)<\/text>/g)];
  const expected = [...terminalSvg('', lines).matchAll(/class="command"[^>]*>(.*)<\/text>/g)];
  expect(shown.map(([, text]) => text)).toEqual(expected.map(([, text]) => text));
}
