import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  earlierBuild,
  forgetBuild,
  layoutFolder,
  noteBuild,
} from '../../../../../scripts/cli/image/engine/built-image';

describe('what a build leaves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-built-'));
  afterEach(() => forgetBuild(folder, 'app'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is found by its key, with its layout or the tag in the engine', () => {
    const layout = layoutFolder(folder, 'app', 'one');
    noteBuild(folder, 'app', 'one', { layout });
    noteBuild(folder, 'app', 'two', { engineTag: 'warmpath-build/app:k-two' });
    expect(earlierBuild(folder, 'app', 'one')).toEqual({ layout });
    expect(earlierBuild(folder, 'app', 'two')).toEqual({ engineTag: 'warmpath-build/app:k-two' });
    expect(earlierBuild(folder, 'app', 'three')).toBeUndefined();
  });

  it('is never what a later build of another key has written but not ended', () => {
    noteBuild(folder, 'app', 'one', { layout: layoutFolder(folder, 'app', 'one') });
    forgetBuild(folder, 'app');
    writeFileSync(join(layoutFolder(folder, 'app', 'two'), 'index.json'), '{}');
    expect(earlierBuild(folder, 'app', 'one')).toBeUndefined();
    expect(earlierBuild(folder, 'app', 'two')).toBeUndefined();
  });

  it('is lost where its note cannot be read, and gone once it is forgotten', () => {
    noteBuild(folder, 'app', 'one', { layout: layoutFolder(folder, 'app', 'one') });
    writeFileSync(join(folder, '.warmpath/built/app/one/built.json'), '{');
    expect(earlierBuild(folder, 'app', 'one')).toBeUndefined();
    forgetBuild(folder, 'app');
    expect(existsSync(join(folder, '.warmpath/built/app'))).toBe(false);
  });

  it('is kept from Git by a rule of its own', () => {
    layoutFolder(folder, 'app', 'one');
    expect(readFileSync(join(folder, '.warmpath/.gitignore'), 'utf8')).toBe('*\n');
  });
});
