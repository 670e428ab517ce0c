#!/usr/bin/env node
/** Starts the command line tool from its TypeScript sources. */
require('tsx/cjs');
require('./cli.ts');
