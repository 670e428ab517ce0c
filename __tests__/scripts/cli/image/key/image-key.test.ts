import { rmSync } from 'node:fs';
import type { ImageKey } from '../../../../../scripts/cli/image/key/image-key';
import { type BuildCase, keyOf, materialise, type Node } from '../support/build-case';

async function keyOfFiles(files: readonly Node[]): Promise<ImageKey> {
  const given: BuildCase = { name: 'given', files, edits: [] };
  const folder = materialise(given);
  try {
    return await keyOf(folder, new Map());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the key of an image', () => {
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
