#!/usr/bin/env node
/** Starts the command line tool from its TypeScript sources. */
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
