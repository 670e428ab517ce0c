import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readImagesFile } from '../../../../../scripts/cli/image/files/images-file';

const folder = mkdtempSync(join(tmpdir(), 'warmpath-images-file-'));
const file = join(folder, 'images.json');
mkdirSync(join(folder, 'app'));

function read(image: object, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(file, JSON.stringify({ images: { app: { repository: 'registry.test/app', ...image } } }));
  return readImagesFile(file, env).images[0];
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('images.json', () => {
  test('paths are relative to the file, defaults are filled in', () => {
    expect(read({ context: 'app' })).toMatchObject({
      context: join(folder, 'app'),
      dockerfile: join(folder, 'app', 'Dockerfile'),
      platforms: [{ os: 'linux', architecture: 'amd64', variant: '' }],
      reproducible: true,
    });
  });

  test('an unknown key is refused with the nearest known one', () => {
    expect(() => read({ dockerFile: 'x' })).toThrow(
      /images\.app\.dockerFile: not known; did you mean "dockerfile"\?/,
    );
    expect(() => read({ platform: ['x'] })).toThrow(/did you mean "platforms"\?/);
  });

  test('everything that is wrong is told at once', () => {
    expect(() =>
      read({ repository: 'a:b', context: 'none', platforms: ['amd64'], args: { A: { env: 'NOT_SET' } } }),
    ).toThrow(
      /repository: got "a:b"[\s\S]*context: .* is no folder[\s\S]*args\.A[\s\S]*platforms: got "amd64"/,
    );
  });

  test('what is missing is called missing, and a variable that is not set by its name', () => {
    expect(() => read({ repository: undefined })).toThrow(
      /images\.app\.repository: missing; expected string/,
    );
    expect(() => read({ args: { A: { env: 'NOT_SET' } } })).toThrow(
      /args\.A: the environment has no variable NOT_SET; set it/,
    );
  });

  test.each([
    [
      'an image',
      { 'App!': { repository: 'registry.test/app' } },
      /images\.App!: no name of an image; allowed: lower/,
    ],
    [
      'an argument',
      { app: { repository: 'registry.test/app', args: { 'A-B': '' } } },
      /args\.A-B: no name of an arg/,
    ],
  ])('a name that %s cannot have is refused with what it can be made of', (_, images, message) => {
    writeFileSync(file, JSON.stringify({ images }));
    expect(() => readImagesFile(file, {})).toThrow(message);
  });

  test('a byte order mark before the text does no harm', () => {
    writeFileSync(file, '\uFEFF{"images":{"app":{"repository":"registry.test/app"}}}');
    expect(readImagesFile(file, {}).images).toHaveLength(1);
  });

  test('the time of a reproducible image is not for an argument to say', () => {
    const args = { SOURCE_DATE_EPOCH: '1' };
    expect(() => read({ args })).toThrow(/args\.SOURCE_DATE_EPOCH: reproducible fixes it; leave it out/);
    expect(read({ args, reproducible: false })?.args.get('SOURCE_DATE_EPOCH')).toBe('1');
  });

  test('an argument takes its value from the environment, and is hidden then', () => {
    const image = read({ args: { A: { env: 'SECRET' }, B: 'plain' } }, { SECRET: 'value' });
    expect([...(image?.args ?? [])]).toEqual([
      ['A', 'value'],
      ['B', 'plain'],
      ['SOURCE_DATE_EPOCH', '315532800'],
    ]);
    expect([...(image?.hiddenArgs ?? [])]).toEqual(['A']);
  });
});
