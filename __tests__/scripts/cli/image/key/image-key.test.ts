import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageKey } from '../../../../../scripts/cli/image/key/image-key';
import {
  type BuildCase,
  type Edit,
  type ImageFields,
  keyOf,
  materialise,
  type Node,
} from '../support/build-case';

async function keyOfFiles(files: readonly Node[]): Promise<ImageKey> {
  const given: BuildCase = { name: 'given', files, edits: [] };
  const folder = materialise(given);
  try {
    return await keyOf(folder, new Map());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the key of a context that `images.json` is in', () => {
  const RELEASED: Edit = {
    name: 'released',
    write: [
      { path: 'images.lock.json', content: '{}' },
      { path: '.warmpath/images/app.json', content: '{}' },
    ],
  };

  async function keyWith(copy: string, image: ImageFields, edit?: Edit): Promise<string> {
    const files = [
      { path: 'Dockerfile', content: `FROM scratch\n${copy}\n` },
      { path: 'src/a', content: 'a' },
    ];
    const folder = materialise({ files, image: { context: '.', ...image } }, edit);
    try {
      return (await keyOf(folder, new Map())).key;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it('does not change by what a release writes, as it would with every release', async () => {
    expect(await keyWith('COPY . .', {}, RELEASED)).toBe(await keyWith('COPY . .', {}));
  });

  it('is refused where a named context brings these files in, and made where it does not', async () => {
    const image = { contexts: { all: '.' } };
    await expect(keyWith('COPY --from=all . /', image, RELEASED)).rejects.toThrow(
      /got \.warmpath, which every release changes; add it to .*\.dockerignore/,
    );
    await expect(keyWith('COPY --from=all images.lock.json /', image, RELEASED)).rejects.toThrow(
      /got images\.lock\.json/,
    );
    expect(await keyWith('COPY --from=all src /', image, RELEASED)).toBe(
      await keyWith('COPY --from=all src /', image),
    );
  });
});

describe('the key of an image', () => {
  it('sees what changes behind a context that is a link', async () => {
    const folder = materialise({
      files: [
        { path: 'app/Dockerfile', content: 'FROM scratch\nCOPY . /\n' },
        { path: 'app/a', content: 'one' },
      ],
      image: { context: 'linked' },
    });
    symlinkSync('app', join(folder, 'linked'));
    const before = await keyOf(folder, new Map());
    writeFileSync(join(folder, 'app', 'a'), 'two');
    expect((await keyOf(folder, new Map())).key).not.toBe(before.key);
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['is another with and without fixed times where a step sees them', 'ARG SOURCE_DATE_EPOCH\n', false],
    ['is the same with and without fixed times where none does', '', true],
  ])('%s', async (_, argument, same) => {
    async function key(reproducible: boolean) {
      const content = `FROM scratch\n${argument}RUN ["make"]\n`;
      const folder = materialise({ files: [{ path: 'app/Dockerfile', content }], image: { reproducible } });
      const made = await keyOf(folder, new Map());
      rmSync(folder, { recursive: true, force: true });
      return made.key;
    }
    expect((await key(true)) === (await key(false))).toBe(same);
  });

  it.each([
    ['no stage', 'ARG A\n', /^image app: .*\/Dockerfile has no FROM; begin a stage with FROM$/],
    ['nothing', '', /^image app: .*\/Dockerfile has no FROM/],
    ['bytes that are no text', '\uFFFD\0\uFFFD', /^image app: .*\/Dockerfile has no FROM/],
  ])('is refused for a Dockerfile with %s, which is named', async (_, content, message) => {
    await expect(keyOfFiles([{ path: 'app/Dockerfile', content }])).rejects.toThrow(message);
  });

  it('is refused for an ignore file that is a folder', async () => {
    await expect(
      keyOfFiles([
        { path: 'app/Dockerfile', content: 'FROM scratch\nCOPY . /\n' },
        { path: 'app/.dockerignore', folder: true },
      ]),
    ).rejects.toThrow(/\.dockerignore: cannot be read; make it a file, or remove it/);
  });

  it('covers the whole context where the name of a base is empty, and says what to give', async () => {
    const { widened } = await keyOfFiles([
      { path: 'app/Dockerfile', content: 'ARG BASE\nFROM ${BASE}\nCOPY a /\n' },
      { path: 'app/a', content: 'a' },
    ]);
    expect(widened).toEqual([
      { line: 2, reason: 'the name of an image is empty; give the argument that it is made of in args' },
    ]);
  });

  it('names the line of a frontend that is not known', async () => {
    const content = '# escape=`\n# syntax=other/frontend:1\nFROM scratch\n';
    expect((await keyOfFiles([{ path: 'app/Dockerfile', content }])).widened).toEqual([
      { line: 2, reason: '# syntax=other/frontend:1 is another frontend than docker/dockerfile' },
    ]);
  });

  it('takes more inputs than a call has room for arguments', async () => {
    const instructions = 150;
    const filesEach = 1_000;
    const { records } = await keyOfFiles([
      { path: 'app/Dockerfile', content: `FROM scratch\n${'COPY d /d/\n'.repeat(instructions)}` },
      ...Array.from({ length: filesEach }, (_, index) => ({ path: `app/d/${index}`, content: '' })),
    ]);
    expect(records.length).toBeGreaterThan(instructions * filesEach);
  });
});
