#!/usr/bin/env node
/** Starts the command line tool from the bundle in its package. */
require('./check-surroundings.cjs');

const { homedir } = require('node:os');
const { join } = require('node:path');

const { name, bundleDigest } = require('../../package.json');
const folder = join(__dirname, '..', '..', 'bundle');
const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
require('./mapped-stacks.cjs').mapStacks(folder);
const { bundleLoader } = require('./bundle-loader.cjs');
bundleLoader(folder, join(caches, name, bundleDigest))('./cli.cjs').start();
