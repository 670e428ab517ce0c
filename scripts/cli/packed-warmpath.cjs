#!/usr/bin/env node
/** Starts the command line tool from the bundle in its package. */
require('./check-surroundings.cjs');

const { homedir } = require('node:os');
const { join } = require('node:path');

const { name, version } = require('../../package.json');
const folder = join(__dirname, '..', '..', 'bundle');
const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
require('node:module').enableCompileCache?.(join(caches, name, version));
require('./mapped-stacks.cjs').mapStacks(folder);
require(join(folder, 'cli.cjs')).start();
