import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES, isWarmpathError, WarmpathError } from '../../../lambdas/errors/warmpath-error';

const ROOT = join(__dirname, '..', '..', '..');

function sources(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

describe('WarmpathError', () => {
  it('keeps code, message and cause, and takes exit code and status from the one table', () => {
    const cause = new Error('ENOSPC');
    const error = new WarmpathError('BODY_TOO_LARGE', 'got 2 MB; allowed 1 MB; send less', { cause });
    expect(error).toMatchObject({ code: 'BODY_TOO_LARGE', exitCode: 2, httpStatus: 413, cause });
    expect(String(error)).toBe('WarmpathError: got 2 MB; allowed 1 MB; send less');
  });

  it('is told from other errors, and from other codes', () => {
    const error = new WarmpathError('NOT_FOUND', 'no such request');
    expect(isWarmpathError(error)).toBe(true);
    expect(isWarmpathError(error, 'CONFLICT', 'NOT_FOUND')).toBe(true);
    expect(isWarmpathError(error, 'CONFLICT')).toBe(false);
    expect(isWarmpathError(Object.assign(new Error('no'), { code: 'NOT_FOUND' }))).toBe(false);
  });

  it('has codes that read like constants', () => {
    for (const code of Object.keys(ERROR_CODES)) expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  });

  it("stands behind every error class of the project but one that passes for a socket error, and the browser page's own, which ends no command and no response", () => {
    const direct = ['lambdas', 'modules', 'scripts']
      .flatMap(sources)
      .flatMap((file) => [
        ...readFileSync(join(ROOT, file), 'utf8').matchAll(/class (\w+) extends (?:Type|Range)?Error\b/g),
      ])
      .map(([, name]) => name);
    expect(direct.sort()).toEqual(['ApiError', 'ConnectionClosed', 'WarmpathError']);
  });
});
