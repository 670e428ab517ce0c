import * as fc from 'fast-check';
import type { FetchFailure } from '../../../../../lambdas/prewarm/engine/model/slice';
import { csvCell, visibleText } from '../../../../../lambdas/prewarm/engine/model/visible-text';
import { curlCommand, failuresCsv } from '../../../../../lambdas/prewarm/engine/report/failures-csv';
import { anyCharacter } from '../../../../support/any-character';
import { failure, text } from './report-fixture';

const DISTRIBUTION = 'd111111abcdef8.cloudfront.net';

/** A reader after RFC 4180, apart from the code under test. */
function parseCsv(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < csv.length; at += 1) {
    const character = csv.charAt(at);
    if (quoted) {
      if (character !== '"') cell += character;
      else if (csv.charAt(at + 1) === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',') {
      row.push(cell);
      cell = '';
    } else if (character === '\r' && csv.charAt(at + 1) === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
      at += 1;
    } else cell += character;
  }
  return rows;
}

function csvOf(failures: readonly FetchFailure[]): Promise<string> {
  return text(failuresCsv(failures, DISTRIBUTION));
}

describe('failures as CSV', () => {
  it('has the columns of the old report first, and only a header when nothing failed', async () => {
    expect(await csvOf([])).toBe('pop,url,errorMsg,command,encoding,outcome,httpStatus,attempts,advice\r\n');
  });

  it('writes one row per failure', async () => {
    const rows = parseCsv(await csvOf([failure('https://www.example.com/a,b?c="d"')]));
    expect(rows[1]).toEqual([
      'FRA56-P4',
      'https://www.example.com/a,b?c="d"',
      'HTTP 404',
      expect.stringContaining('--connect-to ::d111111abcdef8.FRA56-P4.cloudfront.net:'),
      'browser',
      'http-error',
      '404',
      '1',
      expect.stringContaining('check the path'),
    ]);
  });

  it('gives any cell back as it is shown, except for the apostrophe before a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: anyCharacter }), { minLength: 1, maxLength: 4 }), (cells) => {
        const [row] = parseCsv(`${cells.map(csvCell).join(',')}\r\n`);
        expect(row?.map((cell) => cell.replace(/^'(?=\s*[=+\-@＝＋－＠])/, ''))).toEqual(
          cells.map((cell) => visibleText(cell).replace(/^'(?=\s*[=+\-@＝＋－＠])/, '')),
        );
      }),
    );
  });

  it('never lets a cell begin like a formula', async () => {
    const detail = '=HYPERLINK("https://attacker.example")';
    const csv = await csvOf([
      failure('https://www.example.com/', { kind: 'refused', reason: detail }),
      failure('@SUM(A1)', { kind: 'unreachable', reason: 'reset', detail, durationMs: 1 }),
    ]);
    for (const cell of parseCsv(csv).flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  });

  it('quotes a URL for the shell', () => {
    expect(curlCommand(failure("https://www.example.com/it's;rm -rf"), DISTRIBUTION)).toContain(
      `'https://www.example.com/it'\\''s;rm -rf'`,
    );
  });
});
