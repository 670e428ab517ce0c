#!/usr/bin/env node
/** Starts the command line tool from a bundle of its TypeScript sources, which is made anew where they changed. */
// The check comes first, and in words that any Node reads: older ones know neither what follows nor what it loads.
var floor = /\d+\.\d+/.exec(require('../../package.json').engines.node)[0].split('.');
var version = process.versions.node.split('.');
if (
  Number(version[0]) < Number(floor[0]) ||
  (version[0] === floor[0] && Number(version[1]) < Number(floor[1]))
) {
  process.stderr.write(
    'warmpath: got Node ' +
      process.versions.node +
      '; allowed: Node ' +
      floor.join('.') +
      ' or later; install a newer one\n',
  );
  process.exit(2);
}

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { cacheFolders, freshBundle, keepLease } = require('./bundle-cache.cjs');

/** Warming holds a connection per fetch underway, and a store. */
const FEWEST_OPEN_FILES = 256;
const root = join(__dirname, '..', '..');

/** Open files that the system lets this process have; nothing where it keeps no such limit in a file. */
function openFileLimit() {
  try {
    return /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}

const openFiles = openFileLimit();
if (openFiles !== undefined && Number(openFiles) < FEWEST_OPEN_FILES) {
  process.stderr.write(
    `warmpath: open files: got a limit of ${openFiles}; allowed: ${FEWEST_OPEN_FILES} or more; raise it where the process is started, such as with: ulimit -n 4096\n`,
  );
  process.exit(2);
}

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
  require('node:module').enableCompileCache?.(join(folder, 'compiled'));
  require('./mapped-stacks.cjs').mapStacks(folder);
  keepLease(folder);
  require(join(folder, 'cli.cjs')).start();
}
