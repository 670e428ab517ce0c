/** The example is what its README says: one release, found clean, built by what it copies alone. */
import { cpSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { lint } from '../../scripts/cli/image/commands/lint';
import { ContentHashes } from '../../scripts/cli/image/context/content-hashes';
import { readImagesFile } from '../../scripts/cli/image/files/images-file';
import { registerImageCommands } from '../../scripts/cli/image/index';
import { imageKey } from '../../scripts/cli/image/key/image-key';
import { startFakeEngine } from '../scripts/cli/image/support/fake-engine';
import { runCommand } from '../scripts/cli/image/support/run-command';
import { closing } from '../support/closing';

const LAUNCHER = join(__dirname, '../../scripts/cli/warmpath.cjs');
const EXAMPLE = join(__dirname, '..', '..', 'examples', 'rag-api');

async function keyOf(folder: string, month = '2026-11', base = '1'): Promise<string> {
  const [image] = readImagesFile(join(folder, 'images.json')).images;
  if (!image) throw new Error('no image');
  const { key, widened } = await imageKey(image, {
    hashes: new ContentHashes(),
    resolveBase: async ({ reference }) => {
      const digest = `sha256:${(reference.startsWith('python') ? base : '9').repeat(64)}`;
      return { digest, rootDigest: digest, env: [], workingDir: '', user: '', onBuild: [] };
    },
    now: new Date(`${month}-15T00:00:00Z`),
  });
  expect(widened).toEqual([]);
  return key;
}

describe('examples/rag-api', () => {
  const copies: string[] = [];

  afterAll(() => {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  });

  function edited(edit: (folder: string) => void): string {
    const folder = mkdtempSync(join(tmpdir(), 'warmpath-rag-api-'));
    copies.push(folder);
    cpSync(EXAMPLE, folder, { recursive: true });
    edit(folder);
    return folder;
  }

  it('updates with one release, whose arguments the command line knows', async () => {
    const { scripts } = JSON.parse(readFileSync(join(EXAMPLE, 'package.json'), 'utf8'));
    const [program, launcher = '', ...words] = String(scripts.update).split(' ');
    expect([program, join(EXAMPLE, launcher)]).toEqual(['node', LAUNCHER]);
    expect(words.slice(0, 2)).toEqual(['image', 'release']);
    const command = new Command().exitOverride();
    registerImageCommands(command);
    const release = command.commands[0]?.commands.find((one) => one.name() === 'release');
    const { operands, unknown } = release?.parseOptions(words.slice(2)) ?? {};
    expect({ operands, unknown, file: release?.opts()['file'] }).toEqual({
      operands: [],
      unknown: [],
      file: 'images.json',
    });
  });

  it('has nothing that lint finds', async () => {
    await using engine = closing(await startFakeEngine({ usage: {} }));
    const options = { file: join(EXAMPLE, 'images.json'), names: [], json: false };
    // A copy: lint remembers digests of files beside images.json.
    const copy = edited(() => undefined);
    const ran = await runCommand(() => lint({ ...options, file: join(copy, 'images.json') }), engine.env);
    expect(ran.text.split('\n').filter((line) => !line.includes('builds-without-reaching'))).toEqual(['']);
  });

  it.each<[string, (folder: string) => void]>([
    ['README.md', (folder) => writeFileSync(join(folder, 'README.md'), 'other')],
    ['package.json', (folder) => writeFileSync(join(folder, 'package.json'), '{}')],
    ['a touched file', (folder) => utimesSync(join(folder, 'src', 'rag_api', '__main__.py'), 1, 1)],
    ['byte code', (folder) => writeFileSync(join(folder, 'src', 'rag_api', 'x.pyc'), '')],
  ])('is not built for %s', async (_, edit) => {
    expect(await keyOf(edited(edit))).toBe(await keyOf(EXAMPLE));
  });

  it.each<[string, (folder: string) => void]>([
    ['src/', (folder) => writeFileSync(join(folder, 'src', 'rag_api', 'documents.json'), '["x"]')],
    ['pyproject.toml', (folder) => writeFileSync(join(folder, 'pyproject.toml'), '[project]\n')],
    ['uv.lock', (folder) => writeFileSync(join(folder, 'uv.lock'), 'version = 2\n')],
  ])('is built for %s', async (_, edit) => {
    expect(await keyOf(edited(edit))).not.toBe(await keyOf(EXAMPLE));
  });

  it('is built for a new base and for a new month', async () => {
    const keys = [
      await keyOf(EXAMPLE),
      await keyOf(EXAMPLE, '2026-12'),
      await keyOf(EXAMPLE, '2026-11', '2'),
    ];
    expect(new Set(keys).size).toBe(3);
  });
});
