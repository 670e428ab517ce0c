#!/usr/bin/env node
/** Starts the command line tool from a bundle of its TypeScript sources, which is made anew where they changed. */
require('./check-surroundings.cjs');

const { join } = require('node:path');
const { cacheFolders, freshBundle, keepLease } = require('./bundle-cache.cjs');

const root = join(__dirname, '..', '..');

/** Returns the folder of a bundle of what the sources are now; nothing where there is no folder that it could be kept in. */
function bundleFolder() {
  for (const cache of cacheFolders(root)) {
    const folder = freshBundle(root, cache, process.argv.slice(2));
    if (folder !== undefined) return folder;
  }
  const { spawnSync } = require('node:child_process');
  const builder = join(root, 'scripts', 'build', 'cli-bundle.cjs');
  const stdio = ['ignore', 'pipe', 'inherit'];
  const { status, stdout } = spawnSync(process.execPath, [builder], { stdio, encoding: 'utf8' });
  if (status !== 0) process.exit(1);
  return stdout === '' ? undefined : stdout;
}

const folder = bundleFolder();
if (folder === undefined) {
  // Nothing can be written anywhere: the sources are compiled as they are loaded, as before each start anew.
  process.env.TSX_DISABLE_CACHE = '1';
  require('tsx/cjs');
  require('./cli.ts').start();
} else {
  require('./mapped-stacks.cjs').mapStacks(folder);
  keepLease(folder);
  const { bundleLoader } = require('./bundle-loader.cjs');
  bundleLoader(folder, join(folder, 'compiled'))('./cli.cjs').start();
}
