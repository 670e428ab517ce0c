/**
 * Loads the files of the bundle together with what V8 made of them when the same commands ran before: compiling them again would
 * take longer than most commands run. Node keeps such code from version 22 on, and leaves the way through its own loader.
 */
const fs = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');
// Absent before Node 20.15: nothing is kept there.
const { crc32 } = require('node:zlib');

/** Parts of Node that load for milliseconds, and that most commands which name them never use. */
const LOADED_WHEN_USED = new Set([
  'node:child_process',
  'node:dgram',
  'node:dns',
  'node:dns/promises',
  'node:http',
  'node:https',
  'node:v8',
  'node:worker_threads',
  'node:zlib',
]);

const CHECKSUM_BYTES = 4;
const START = '(function(exports,require,module,__filename,__dirname){';
const END = '\n})';

/**
 * Returns a `require` for the files of a bundle, which lie in one folder and name each other by `./`.
 *
 * @param {string} folder of the bundle; its content is never another one
 * @param {string} kept folder for compiled code, nobody else's to write; made where it is missing
 */
function bundleLoader(folder, kept) {
  const modules = new Map();
  /** Scripts of which no compiled code was kept, or code of another V8. */
  const compiled = new Map();
  // Which functions were needed differs by the group of commands, and so does what is kept.
  const cache = join(kept, `${process.arch}-${process.versions.v8}`, groupOf(folder));

  function load(name) {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const filename = join(folder, name);
    const cachedData = keptCode(join(cache, name));
    const script = new Script(START + fs.readFileSync(filename, 'utf8') + END, {
      filename,
      columnOffset: -START.length,
      cachedData,
    });
    if (cachedData === undefined || script.cachedDataRejected) compiled.set(name, script);
    const module = { exports: {}, filename, id: filename };
    modules.set(name, module);
    script.runInThisContext().call(module.exports, module.exports, requireFile, module, filename, folder);
    return module.exports;
  }

  function requireFile(specifier) {
    if (specifier.startsWith('./')) return load(specifier.slice(2));
    return LOADED_WHEN_USED.has(specifier) ? loadedWhenUsed(specifier) : require(specifier);
  }
  requireFile.resolve = require.resolve;

  process.once('exit', () => {
    // A bundle that was removed meanwhile must not come back as a folder without its files.
    if (compiled.size > 0 && crc32 && fs.existsSync(folder)) keepCode(cache, compiled);
  });
  return requireFile;
}

/** Returns what stands for a part of Node, and loads it when something of it is asked for. */
function loadedWhenUsed(specifier) {
  return new Proxy(
    {},
    {
      get: (_, name) => require(specifier)[name],
      set: (_, name, value) => Reflect.set(require(specifier), name, value),
      has: (_, name) => name in require(specifier),
      ownKeys: () => Reflect.ownKeys(require(specifier)),
      getOwnPropertyDescriptor(_, name) {
        const found = Reflect.getOwnPropertyDescriptor(require(specifier), name);
        return found && { ...found, configurable: true };
      },
    },
  );
}

/** The group of commands that the arguments name, or `start`. */
function groupOf(folder) {
  const [first = ''] = process.argv.slice(2);
  return /^[a-z]+$/.test(first) && fs.existsSync(join(folder, `${first}-index.cjs`)) ? first : 'start';
}

/** Returns compiled code that is whole: V8 looks at its head only, and a process that runs damaged code crashes. */
function keptCode(path) {
  try {
    const content = fs.readFileSync(path);
    const code = content.subarray(0, -CHECKSUM_BYTES);
    return crc32(code) === content.readUInt32LE(code.length) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Writes compiled code as the process ends, when what it needed is compiled. What cannot be kept is compiled again. */
function keepCode(cache, compiled) {
  try {
    fs.mkdirSync(cache, { recursive: true, mode: 0o700 });
    for (const [name, script] of compiled) {
      const code = script.createCachedData();
      const checksum = Buffer.alloc(CHECKSUM_BYTES);
      checksum.writeUInt32LE(crc32(code));
      const temporary = join(cache, `${name}.${process.pid}`);
      fs.writeFileSync(temporary, Buffer.concat([code, checksum]), { mode: 0o600 });
      fs.renameSync(temporary, join(cache, name));
    }
  } catch {
    // A folder that is read-only, or full.
  }
}

module.exports = { bundleLoader };
