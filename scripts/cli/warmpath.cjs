#!/usr/bin/env node
/** Starts the command line tool from its TypeScript sources. */
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

const { accessSync, constants } = require('node:fs');
const { tmpdir } = require('node:os');

try {
  accessSync(tmpdir(), constants.W_OK);
} catch {
  // tsx keeps what it has compiled there, and fails where it cannot.
  process.env.TSX_DISABLE_CACHE = '1';
}
require('tsx/cjs');
require('./cli.ts');
