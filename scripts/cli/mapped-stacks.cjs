/** Lets stack traces name the TypeScript sources instead of the bundle: nothing is read before a stack is asked for. */
const { existsSync, readFileSync } = require('node:fs');
const { dirname, relative, resolve } = require('node:path');

/** @param {string} folder of the bundle; only its files are looked up */
function mapStacks(folder) {
  const maps = new Map();

  function mapOf(file) {
    // Loaded with the first stack: most commands end without one.
    const { SourceMap } = require('node:module');
    const path = `${file}.map`;
    if (!maps.has(file))
      maps.set(file, existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : undefined);
    return maps.get(file);
  }

  function placeOf(site) {
    const file = site.getFileName();
    if (!file?.startsWith(folder)) return undefined;
    const entry = mapOf(file)?.findEntry((site.getLineNumber() ?? 1) - 1, (site.getColumnNumber() ?? 1) - 1);
    if (entry?.originalSource === undefined) return undefined;
    const source = relative(process.cwd(), resolve(dirname(file), entry.originalSource));
    return {
      written: `${file}:${site.getLineNumber()}:${site.getColumnNumber()}`,
      source: `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`,
    };
  }

  Error.prepareStackTrace = (error, sites) => {
    const lines = sites.map((site) => {
      const place = placeOf(site);
      const text = String(site);
      return `\n    at ${place ? text.replace(place.written, place.source) : text}`;
    });
    return `${Error.prototype.toString.call(error)}${lines.join('')}`;
  };
}

module.exports = { mapStacks };
