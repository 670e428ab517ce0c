/** A temporary folder of the run's own, removed when it ends: cdktf's test apps leave their output behind. */
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

module.exports = () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-test-'));
  // Workers and their children start with this environment.
  process.env.TMPDIR = folder;
  // What the user's own `pops --update` found is none of the tests' business.
  process.env.WARMPATH_POPS_FILE = join(folder, 'no-pops.json');
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
};
