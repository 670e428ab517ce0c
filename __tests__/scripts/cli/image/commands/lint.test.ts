/** `lint`: each rule finds what it is for, and is content with its own cure. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type * as z from 'zod';
import { lint } from '../../../../../scripts/cli/image/commands/lint';
import type { lintJson } from '../../../../../scripts/cli/image/output/json-results';
import { closing } from '../../../../support/closing';
import { type EngineAnswers, startFakeEngine } from '../support/fake-engine';
import { runCommand } from '../support/run-command';

type Files = Readonly<Record<string, string>>;

const FILES: Files = { 'package.json': '{}', 'src/main.py': 'x', 'uv.lock': '' };
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function linted(files: Files, image: object = {}, answers: Partial<EngineAnswers> = {}, json = true) {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-lint-'));
  folders.push(folder);
  for (const [path, content] of Object.entries({ ...FILES, ...files })) {
    mkdirSync(dirname(join(folder, 'app', path)), { recursive: true });
    writeFileSync(join(folder, 'app', path), content);
  }
  const fields = { repository: 'registry.test/app', context: 'app', ...image };
  writeFileSync(join(folder, 'images.json'), JSON.stringify({ images: { app: fields } }));
  await using engine = closing(await startFakeEngine({ usage: {}, ...answers }));
  const {
    code,
    text,
    json: found,
  } = await runCommand<z.infer<typeof lintJson>>(
    () => lint({ file: join(folder, 'images.json'), names: [], json }),
    engine.env,
  );
  return { code, text, findings: found?.findings ?? [] };
}

function dockerfile(...lines: readonly string[]): Files {
  return { Dockerfile: `FROM scratch\n${lines.join('\n')}\n` };
}

interface Example {
  /** Line of the finding; null = none. */
  readonly line: number | null;
  readonly fires: Files;
  /** What is only a note does not make the command fail. @default false */
  readonly note?: true;
  readonly cured: Files;
  /** Further ways that are no fault. */
  readonly content?: readonly Files[];
  readonly image?: object;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  'copy-all-before-install': {
    line: 2,
    fires: dockerfile('COPY . .', 'RUN npm ci'),
    cured: dockerfile('COPY package.json ./', 'RUN npm ci', 'COPY . .'),
    content: [
      dockerfile('COPY . .', 'RUN make'),
      dockerfile('COPY --from=base . .', 'RUN npm ci'),
      // Dependencies first, from a mounted manifest; then the project itself.
      dockerfile(
        'RUN --mount=type=bind,source=uv.lock,target=uv.lock uv sync --no-install-project',
        'COPY . .',
        'RUN uv sync --no-install-project --offline',
      ),
      dockerfile('COPY package*.json ./', 'RUN npm ci', 'COPY . .', 'RUN npm install --offline'),
    ],
  },
  'manifest-after-sources': {
    line: 3,
    fires: dockerfile('COPY src/ src/', 'COPY package.json ./', 'RUN npm ci'),
    cured: dockerfile('COPY package.json ./', 'RUN npm ci', 'COPY src/ src/'),
    content: [dockerfile('COPY package.json ./', 'COPY src/ src/', 'RUN npm ci')],
  },
  'arg-per-commit': {
    line: 2,
    fires: dockerfile('ARG GIT_SHA'),
    cured: dockerfile('ARG VERSION'),
    content: [
      dockerfile('ARG SHARED_LIB'),
      dockerfile('ARG COMMITTEE'),
      dockerfile('ARG LIBFOO_COMMIT=1a2b3c'),
    ],
  },
  'unpinned-base': {
    line: 1,
    fires: { Dockerfile: 'FROM python\n' },
    cured: { Dockerfile: 'FROM python:3.12-slim\n' },
    content: [
      { Dockerfile: 'FROM scratch AS python\nFROM python\n' },
      { Dockerfile: `FROM python@sha256:${'a'.repeat(64)}\n` },
      { Dockerfile: 'ARG BASE=python:3\nFROM $BASE\n' },
    ],
  },
  'add-url': {
    line: 2,
    fires: dockerfile('ADD https://example.test/a.tgz /'),
    cured: dockerfile(`ADD --checksum=sha256:${'a'.repeat(64)} https://example.test/a.tgz /`),
    content: [
      dockerfile('ADD src/ /'),
      dockerfile(`ADD https://example.test/a.git#${'a'.repeat(40)} /`),
      dockerfile('ADD https://example.test/a.git?checksum=1a2b3c /'),
    ],
  },
  'shell-entrypoint': {
    line: 2,
    fires: dockerfile('ENTRYPOINT python -m app'),
    cured: dockerfile('ENTRYPOINT ["python", "-m", "app"]'),
    content: [dockerfile('ENTRYPOINT []')],
  },
  'cleanup-in-another-layer': {
    line: 3,
    fires: dockerfile('RUN apt-get update && apt-get install -y git', 'RUN rm -rf /var/lib/apt/lists/*'),
    cured: dockerfile('RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*'),
    content: [
      dockerfile('RUN make', 'RUN apt-get install -y git && apt-get clean'),
      dockerfile('RUN make', 'RUN apt update && apt install -y git && rm -rf /var/lib/apt/lists/*'),
      dockerfile('RUN make', 'RUN curl -L example.test | tar x -C /tmp && rm -rf /tmp/a'),
    ],
  },
  'timestamp-pyc': {
    line: 2,
    fires: dockerfile('RUN python -m compileall /app'),
    cured: dockerfile('ARG SOURCE_DATE_EPOCH', 'RUN python -m compileall /app'),
    content: [dockerfile('RUN python -m compileall --invalidation-mode unchecked-hash /app')],
  },
  'uv-cache-json': {
    line: 2,
    fires: dockerfile('RUN uv sync --frozen'),
    cured: dockerfile('RUN uv sync --frozen --no-install-project'),
    content: [dockerfile('RUN uv sync && rm /opt/*.dist-info/uv_cache.json')],
  },
  'git-not-ignored': {
    line: null,
    fires: { ...dockerfile('COPY src/ /'), '.git/HEAD': 'ref' },
    cured: { ...dockerfile('COPY src/ /'), '.git/HEAD': 'ref', '.dockerignore': '.git\n' },
    content: [{ ...dockerfile('COPY src/ /'), '.gitignore': 'x' }],
  },
  'secret-not-ignored': {
    line: null,
    fires: { ...dockerfile('COPY src/ /'), 'config/.env.production': 'A=1' },
    cured: { ...dockerfile('COPY src/ /'), 'config/.env.production': 'A=1', '.dockerignore': '**/.env*\n' },
    content: [
      { ...dockerfile('COPY src/ /'), '.env.example': 'A=', 'src/environment.py': '' },
      { ...dockerfile('COPY src/ /'), 'ca.pem': '-----BEGIN CERTIFICATE-----' },
      { ...dockerfile('COPY src/ /'), '.npmrc': '//r.test/:_authToken=${NPM_TOKEN}\nfund=false' },
    ],
  },
  'ignore-pattern-refused': {
    line: 2,
    fires: { ...dockerfile('COPY src/ /'), '.dockerignore': '# names\n[a-\n' },
    cured: { ...dockerfile('COPY src/ /'), '.dockerignore': '# names\nsrc/[a-c]*\n', 'src/a': '' },
  },
  'ignore-pattern-useless': {
    line: 2,
    fires: { ...dockerfile('COPY src/ /'), '.dockerignore': 'uv.lock\nmain.py\n' },
    cured: { ...dockerfile('COPY src/ /'), '.dockerignore': 'uv.lock\n**/main.py\n' },
    content: [{ ...dockerfile('COPY src/ /'), '.dockerignore': 'node_modules\n.git\n**/*.pyc\n' }],
  },
  'builds-without-reaching': {
    line: 2,
    note: true,
    fires: dockerfile('RUN --mount=type=bind,target=/src make'),
    cured: dockerfile('COPY src/ /src/', 'RUN make'),
    content: [dockerfile('COPY . /', 'RUN --mount=type=bind,target=/src make')],
  },
};

describe.each(Object.entries(EXAMPLES))('%s', (rule, { line, note, fires, cured, content = [], image }) => {
  async function found(files: Files) {
    const { findings, code } = await linted(files, image);
    return { of: findings.filter((finding) => finding.rule === rule), code };
  }

  it(`is found, with its line and a cure, and the command ${note ? 'does not fail' : 'fails'}`, async () => {
    const { of, code } = await found(fires);
    expect(of).toHaveLength(1);
    const level = note ? 'note' : 'fault';
    expect(of[0]).toMatchObject({ image: 'app', level, line, cure: expect.stringMatching(/\w/) });
    expect(code).toBe(note ? 0 : 1);
  });

  it('is not found once it is cured, nor where there is no fault', async () => {
    for (const files of [cured, ...content]) expect((await found(files)).of).toEqual([]);
  });
});

describe('what a private key, a token or a pattern is', () => {
  it.each<[string, string, string]>([
    ['a key', 'tls/server.pem', '-----BEGIN PRIVATE KEY-----'],
    ['a token that stands there', '.npmrc', '//r.test/:_authToken=npm_1a2b3c'],
    ['a password store', 'client.p12', ''],
  ])('%s is a secret wherever it lies', async (_, path, text) => {
    const { findings } = await linted({ ...dockerfile('COPY src/ /'), [path]: text });
    expect(findings.map(({ rule }) => rule)).toEqual(['secret-not-ignored']);
  });

  it('a pattern of which nothing is there yet is only noted', async () => {
    const { code, findings } = await linted({ ...dockerfile('COPY src/ /'), '.dockerignore': 'storage\n' });
    expect({ code, levels: findings.map(({ level }) => level) }).toEqual({ code: 0, levels: ['note'] });
  });

  it('files of a mount are named for each step, with several platforms as well', async () => {
    const files = dockerfile('RUN --mount=type=bind,source=src,target=/src make');
    const { findings } = await linted(files, { platforms: ['linux/amd64', 'linux/arm64'] });
    expect(findings).toEqual([
      expect.objectContaining({ line: 2, message: expect.stringContaining('src/main.py') }),
    ]);
  });
});

describe('the image of examples/rag-api', () => {
  it('has no fault', async () => {
    const file = join(__dirname, '../../../../../examples/rag-api/images.json');
    await using engine = closing(await startFakeEngine({ usage: {} }));
    const { code, json } = await runCommand<z.infer<typeof lintJson>>(
      () => lint({ file, names: [], json: true }),
      engine.env,
    );
    expect(code).toBe(0);
    expect(json.findings.map(({ rule }) => rule)).toEqual(['builds-without-reaching']);
  });
});

describe('lint', () => {
  const clean = dockerfile('COPY src/ /src/');

  it('ends with 0 and prints nothing where nothing is to be found', async () => {
    expect(await linted(clean, {}, {}, false)).toMatchObject({ code: 0, text: '' });
  });

  it('says in one sentence that a Dockerfile is not there', async () => {
    await expect(linted({}, { dockerfile: 'nowhere' })).rejects.toThrow(
      /^image app: .*\/nowhere cannot be read; create it, or give its path as dockerfile$/,
    );
  });

  it('is content with an argument of the commit that is volatile, and with times that may differ', async () => {
    const files = dockerfile('ARG GIT_SHA', 'RUN python -m compileall /app', 'RUN uv sync');
    const { findings } = await linted(files, { volatileArgs: ['GIT_SHA'], reproducible: false });
    expect(findings).toEqual([]);
  });

  it("tells what the builder's own rules find, although the builder then ends with an error", async () => {
    const warning = {
      ruleName: 'StageNameCasing',
      detail: "Stage name 'Base' should be lowercase",
      url: 'https://docs.docker.com/go/dockerfile/rule/stage-name-casing/',
      location: { ranges: [{ start: { line: 1, character: 0 } }] },
    };
    const { code, findings, text } = await linted(clean, {}, { check: { warnings: [warning] } });
    expect(code).toBe(1);
    expect(findings).toEqual([
      {
        ...{ image: 'app', rule: 'StageNameCasing', level: 'fault', file: 'app/Dockerfile', line: 1 },
        message: warning.detail,
        cure: `see ${warning.url}`,
      },
    ]);
    expect(text).not.toBe('');
  });

  it('goes on where the builder knows no such rules', async () => {
    const { findings } = await linted(dockerfile('ENTRYPOINT run'), {}, { check: { warnings: null } });
    expect(findings.map(({ rule }) => rule)).toEqual(['shell-entrypoint']);
  });
});
