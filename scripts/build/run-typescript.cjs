/**
 * Preloaded (`--require`) by whatever synthesizes: runs TypeScript, and lets cdktf note where each of thousands of values was made without
 * writing that note down. Reading the stacks through source maps took an eighth of the time, and nobody reads them but an error
 * about a value that cannot be resolved, which still has them.
 */
require('tsx/cjs');
const stackTrace = require('cdktf/lib/tokens/private/stack-trace');

/** Returns the lines of a stack, which are written when they are first looked at. */
function laterWritten(holder) {
  function write(lines) {
    if (holder.stack === undefined) return;
    for (const line of holder.stack.split('\n').slice(1)) lines.push(line.replace(/^\s*at\s+/, ''));
    holder.stack = undefined;
  }
  return new Proxy([], {
    get(lines, key) {
      write(lines);
      return Reflect.get(lines, key);
    },
    has(lines, key) {
      write(lines);
      return Reflect.has(lines, key);
    },
  });
}

stackTrace.captureStackTrace = (below) => {
  const holder = {};
  Error.captureStackTrace(holder, below ?? stackTrace.captureStackTrace);
  return laterWritten(holder);
};
