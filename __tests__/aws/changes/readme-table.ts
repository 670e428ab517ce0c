/** A table of a README between two comments, which a test compares with what it found. */
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The table between `<!-- NAME -->` and `<!-- /NAME -->`. With UPDATE_TABLES=1 what was found is written there first.
 * @throws Error where the comments are not there
 */
export function readmeTable(readme: string, name: string, found: string): string {
  const text = readFileSync(readme, 'utf8');
  const [start, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const [before, rest] = split(text, start);
  const [table, after] = split(rest, end);
  if (process.env['UPDATE_TABLES'] !== '1') return table;
  writeFileSync(readme, `${before}${start}${found}${end}${after}`);
  return found;

  function split(whole: string, mark: string): readonly [string, string] {
    const at = whole.indexOf(mark);
    if (at < 0) throw new Error(`${readme} has no ${mark.trim()}`);
    return [whole.slice(0, at), whole.slice(at + mark.length)];
  }
}
