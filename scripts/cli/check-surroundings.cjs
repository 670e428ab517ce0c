/** Ends the process with one sentence where it cannot run here: the Node is too old, or too few files may be open. */
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

/** Warming holds a connection per fetch underway, and a store. */
const FEWEST_OPEN_FILES = 256;

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
