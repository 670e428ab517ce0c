/**
 * Bundles the command line tool: one file per command, loaded when it runs, and files for what several share.
 * Started by scripts/cli/warmpath.cjs where its bundle is missing or older than the sources; prints the folder.
 */
const fs = require('node:fs');
const { dirname, join, relative, resolve } = require('node:path');
const { build, transformSync } = require('esbuild');
const {
  cacheFolders,
  digestOf,
  isPrivate,
  observe,
  removeUnused,
  writeRecord,
} = require('../cli/bundle-cache.cjs');

const { bundlePage } = require('./page-bundle.cjs');

const root = join(__dirname, '..', '..');
const CLI = join('scripts', 'cli');
/** Besides what is bundled, these decide what comes out; the lock of the installed packages stands for all of them. */
const SURROUNDINGS = [
  'package-lock.json',
  'node_modules/.package-lock.json',
  'tsconfig.json',
  'scripts/build/cli-bundle.cjs',
  'scripts/cli/bundle-cache.cjs',
  'scripts/cli/bundle-loader.cjs',
  'scripts/build/page-bundle.cjs',
];
/** Programs that start by themselves, with the group of commands that starts them; other entries are required by a file. */
const PROGRAMS = {
  cli: { path: join(CLI, 'cli.ts') },
  'warm-thread': { path: join('lambdas', 'prewarm', 'worker', 'warm-thread.ts'), group: 'prewarm' },
  'ecr-credential-helper': {
    path: join(CLI, 'image', 'registry', 'ecr-credential-helper.ts'),
    group: 'image',
  },
};
/** Started as programs. */
const LEFT_OUT = /^(?:esbuild|tsx)(?:\/|$)/;

/** Everything below a folder of sources, the folders too. */
function below(folder) {
  return [
    folder,
    ...fs
      .readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name)),
  ];
}

/** Returns what commands require when they run, by the name of its file in the bundle: own sources, and clients of the AWS SDK. */
function requiredLater(paths) {
  const found = new Map();
  for (const path of paths.filter((path) => path.startsWith(CLI) && path.endsWith('.ts')))
    for (const [, specifier] of fs
      .readFileSync(join(root, path), 'utf8')
      .matchAll(/\brequire\('(\.[^']+|@aws-sdk\/[^']+)'\)/g)) {
      const required = specifier.startsWith('.') ? `${join(dirname(path), specifier)}.ts` : specifier;
      found.set(nameOf(required), required);
    }
  return found;
}

function nameOf(required) {
  const path = required.startsWith('@') ? required.slice(1) : relative(CLI, required).replace(/\.ts$/, '');
  return path.replaceAll(/[\\/]/g, '-');
}

/** A `require` of an entry loads its file, and one of a package that is left out the package of this checkout. */
function separateEntries(later, leaveOut) {
  const names = new Map([...later].map(([name, path]) => [path, name]));
  return {
    name: 'separate-entries',
    setup({ onResolve }) {
      onResolve({ filter: /^(?:\.|@aws-sdk\/)/ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'require-call') return undefined;
        const name = names.get(
          path.startsWith('.') ? `${relative(root, resolve(resolveDir, path))}.ts` : path,
        );
        return name ? { path: `./${name}.cjs`, external: true } : undefined;
      });
      onResolve({ filter: LEFT_OUT }, ({ path }) => ({ path: leaveOut(path), external: true }));
    },
  };
}

/** What loads sooner in another shape: large tables as text of JSON, and the native store, whose compiled part is looked up. */
function quickerToLoad(levelFolder) {
  return {
    name: 'quicker-to-load',
    setup({ onLoad }) {
      onLoad({ filter: /\/engine\/pops\/[a-z-]+\.json$/ }, ({ path }) => {
        const text = JSON.stringify(JSON.parse(fs.readFileSync(path, 'utf8')));
        return { contents: `module.exports = JSON.parse(${JSON.stringify(text)});`, loader: 'js' };
      });
      onLoad({ filter: /\/classic-level\/binding\.js$/ }, () => ({
        contents: `module.exports = require('node-gyp-build')(${levelFolder});`,
        loader: 'js',
      }));
    },
  };
}

/**
 * Returns the files of the bundle by name, what esbuild says of them, and the paths of the page's sources from the root.
 *
 * @param {(specifier: string) => string} leaveOut what to require for a package that is not bundled
 * @param {string} levelFolder expression for the folder of the native store
 */
async function bundleCli(leaveOut, levelFolder) {
  const paths = ['scripts', 'lambdas'].flatMap(below);
  const later = requiredLater(paths);
  const programs = Object.entries(PROGRAMS).map(([name, { path }]) => [name, path]);
  // esbuild splits only ES modules. Node starts CommonJS sooner, so each file is turned into that afterwards.
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries([...programs, ...later]),
    outdir: '.',
    outExtension: { '.js': '.cjs' },
    chunkNames: 'shared-[hash]',
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    // Its parser alone: the index brings a DOM and what writes one.
    alias: { htmlparser2: './node_modules/htmlparser2/dist/esm/Parser.js' },
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'inline',
    sourcesContent: false,
    metafile: true,
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [separateEntries(later, leaveOut), quickerToLoad(levelFolder)],
  });
  const files = {};
  for (const { path, text } of outputFiles) {
    const name = relative(root, path);
    const { code, map } = transformSync(text, {
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      // An import while it runs is a require here: it finds the instance that is loaded already.
      supported: { 'dynamic-import': false },
      minifyWhitespace: true,
      sourcemap: 'external',
      sourcesContent: false,
      sourcefile: name,
    });
    files[name] = code;
    files[`${name}.map`] = map;
  }
  const page = await bundlePage();
  return {
    files: { ...files, ...page.files },
    outputs: metafile.outputs,
    pageSources: page.sources,
    pageOutputs: page.metafile.outputs,
  };
}

/** Returns the sources of what an entry may load at any time, and the folders they lie in. */
function sourcesBehind(outputs, entries, group) {
  const seen = new Set();
  const sources = new Set();
  function visit(name) {
    const output = outputs[name];
    if (output === undefined || seen.has(name)) return;
    seen.add(name);
    for (const input of Object.keys(output.inputs).filter((path) => !/(?:^|\/)node_modules\//.test(path)))
      for (let path = input; path !== '.'; path = dirname(path)) sources.add(path);
    // A group of commands is looked at where the arguments name it.
    for (const { path } of output.imports) if (group || !path.endsWith('-index.cjs')) visit(join(path));
  }
  for (const entry of entries) visit(`${entry}.cjs`);
  return [...sources].sort();
}

/** Returns what must not have changed where a bundle is to be used: in any case, and for the commands of each group. */
function sourcesOf(outputs, pageSources) {
  const groups = Object.keys(outputs).flatMap((name) => /^([a-z]+)-index\.cjs$/.exec(name)?.[1] ?? []);
  function programsOf(group) {
    return Object.keys(PROGRAMS).filter((name) => PROGRAMS[name].group === group);
  }
  const behind = groups.map((group) => [
    group,
    [
      ...sourcesBehind(outputs, [`${group}-index`, ...programsOf(group)], group),
      ...(group === 'prewarm' ? pageSources : []),
    ],
  ]);
  // These two list the commands of all groups.
  const all = [...new Set(behind.flatMap(([, sources]) => sources))];
  return {
    always: [...SURROUNDINGS, ...sourcesBehind(outputs, ['cli'])],
    groups: { ...Object.fromEntries(behind), completion: all, man: all },
  };
}

function keep(cache, files, known) {
  const folder = digestOf(JSON.stringify(files)).slice(0, 16);
  const temporary = fs.mkdtempSync(join(cache, 'new-'));
  for (const [name, code] of Object.entries(files)) fs.writeFileSync(join(temporary, name), code);
  try {
    fs.renameSync(temporary, join(cache, folder));
  } catch (error) {
    // It is there already: the same sources were bundled before, or by another process just now.
    fs.rmSync(temporary, { recursive: true });
    if (!fs.existsSync(join(cache, folder))) throw error;
  }
  writeRecord(cache, { root, folder, ...known });
  removeUnused(cache, join(cache, folder));
  return join(cache, folder);
}

function canKeep(cache) {
  try {
    fs.mkdirSync(cache, { recursive: true, mode: 0o700 });
    fs.accessSync(cache, fs.constants.W_OK);
    return isPrivate(cache);
  } catch {
    return false;
  }
}

async function main() {
  const cache = [...cacheFolders(root)].find(canKeep);
  if (cache === undefined) return undefined;
  // Observed before they are bundled: what changes meanwhile does not fit at the next start.
  const observed = Object.fromEntries(
    [...SURROUNDINGS, ...['scripts', 'lambdas'].flatMap(below)].map((path) => [
      path,
      observe(join(root, path)),
    ]),
  );
  const { files, outputs, pageSources } = await bundleCli(
    (specifier) => require.resolve(specifier),
    JSON.stringify(dirname(require.resolve('classic-level/package.json'))),
  );
  const { always, groups } = sourcesOf(outputs, pageSources);
  const used = [...new Set([...always, ...Object.values(groups).flat()])];
  const sources = Object.fromEntries(used.map((path) => [path, observed[path] ?? observe(join(root, path))]));
  return keep(cache, files, { always, groups, sources });
}

module.exports = { bundleCli };

if (require.main === module)
  main().then(
    (folder) => process.stdout.write(folder ?? ''),
    (error) => {
      process.stderr.write(`warmpath: its sources do not compile: ${error.message}\n`);
      process.exitCode = 1;
    },
  );
