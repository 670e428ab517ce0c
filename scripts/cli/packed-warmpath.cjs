#!/usr/bin/env node
/** Starts the command line tool from the bundle in its package. */
require('./check-surroundings.cjs');

const { homedir } = require('node:os');
const { join } = require('node:path');

const { name, bundleDigest } = require('../../package.json');
const folder = join(__dirname, '..', '..', 'bundle');

/** Where compiled code is kept; nowhere for a user id without a home, as a container may be given one. */
function cacheFolder() {
  try {
    return process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  } catch {
    return '/nonexistent';
  }
}

require('./mapped-stacks.cjs').mapStacks(folder);
const { bundleLoader } = require('./bundle-loader.cjs');
bundleLoader(folder, join(cacheFolder(), name, bundleDigest))('./cli.cjs').start();
