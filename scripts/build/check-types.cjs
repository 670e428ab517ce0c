/**
 * Preloaded (`--require`) by what synthesizes: tsx runs TypeScript without checking its types, and a misspelt setting in
 * environments.ts would be left out in silence. Checks only what has changed since the last check that found nothing.
 */
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const root = join(__dirname, '..', '..');
const RECORD = join(root, 'node_modules', '.cache', 'types-of-synthesis.sha256');
const FILES = ['main.ts', 'environments.ts', 'tsconfig.json', 'tsconfig.synth.json', 'package-lock.json'];
const FOLDERS = ['modules', 'lambdas', join('scripts', 'build')];

function sources() {
  const below = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|json)$/.test(file))
      .map((file) => join(folder, file)),
  );
  return [...FILES, ...below.sort()];
}

function digestOfSources() {
  const hash = createHash('sha256');
  for (const file of sources())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

function isChecked(digest) {
  try {
    return readFileSync(RECORD, 'utf8') === digest;
  } catch {
    return false;
  }
}

const digest = digestOfSources();
if (!isChecked(digest)) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [tsc, '-p', 'tsconfig.synth.json', '--pretty', 'false'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (status !== 0) {
    console.error(`The types are wrong, nothing is synthesized:\n${(stdout || stderr).trim()}`);
    process.exit(2);
  }
  mkdirSync(dirname(RECORD), { recursive: true });
  writeFileSync(RECORD, digest);
}
