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

describe('arguments that are volatile', () => {
  async function made(dockerfile: string, args: ImageFields, volatileArgs: readonly string[]) {
    const folder = materialise({
      files: [
        { path: 'app/Dockerfile', content: dockerfile },
        { path: 'app/one', content: 'one' },
        { path: 'app/two', content: 'two' },
      ],
      image: { args, volatileArgs },
    });
    try {
      return await keyOf(folder, new Map());
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it.each([
    ['a label', 'LABEL commit=$GIT_SHA'],
    ['a variable of the image, and the steps after it', 'ENV BUILT_FROM="v-${GIT_SHA:-none}"\nRUN ["make"]'],
    ['a step', 'RUN ["make"]'],
    ['a path of the image', 'WORKDIR /src/$GIT_SHA\nCOPY one .'],
    ['a file that is written inline', 'COPY <<EOF /commit\n$GIT_SHA\nEOF'],
    ['nothing', 'COPY one /'],
  ])('change no key by way of %s', async (_, lines) => {
    const dockerfile = `FROM scratch\nARG GIT_SHA\n${lines}\n`;
    const keys = [];
    for (const GIT_SHA of ['a1', 'b2']) keys.push(await made(dockerfile, { GIT_SHA }, ['GIT_SHA']));
    expect(keys[0]?.key).toBe(keys[1]?.key);
    expect(keys[0]?.widened).toEqual([]);
    const told = await Promise.all(['a1', 'b2'].map((GIT_SHA) => made(dockerfile, { GIT_SHA }, [])));
    expect(told[0]?.key).not.toBe(told[1]?.key);
  });

  it('are none of the step, as proxies are, nor of the builder', async () => {
    const dockerfile = 'FROM scratch\nRUN ["make"]\n';
    for (const name of ['HTTP_PROXY', 'BUILDKIT_INLINE_CACHE']) {
      const [one, other] = await Promise.all(
        ['1', '2'].map((value) => made(dockerfile, { [name]: value }, [name])),
      );
      expect(one?.key).toBe(other?.key);
    }
  });

  it('let the key cover the whole context where they name a file of it', async () => {
    for (const line of ['COPY $WHICH /', 'RUN --mount=type=bind,source=$WHICH,target=/m ["make"]']) {
      const { widened } = await made(`FROM scratch\nARG WHICH\n${line}\n`, { WHICH: 'one' }, ['WHICH']);
      expect(widened).toEqual([
        { line: 3, reason: expect.stringContaining('named by WHICH, which is among volatileArgs') },
      ]);
    }
  });
});

describe('an image that is refreshed', () => {
  async function keyAt(refresh: string, time: string): Promise<string> {
    const files = [{ path: 'app/Dockerfile', content: 'FROM scratch\n' }];
    const folder = materialise({ files, image: { refresh } });
    try {
      return (await keyOf(folder, new Map(), new Date(time))).key;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it.each([
    ['daily', '2026-11-27T00:00:00Z', '2026-11-27T23:59:59Z', '2026-11-28T00:00:00Z'],
    ['weekly', '2026-12-28T00:00:00Z', '2027-01-03T23:59:59Z', '2027-01-04T00:00:00Z'],
    ['monthly', '2026-11-01T00:00:00Z', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z'],
  ])('%s has one key from %s to %s, and another at %s', async (refresh, first, last, next) => {
    expect(await keyAt(refresh, first)).toBe(await keyAt(refresh, last));
    expect(await keyAt(refresh, next)).not.toBe(await keyAt(refresh, last));
  });
});
