/**
 * Runs the tests of one group in this process, once per mutant that it is sent, each time with sources and tests loaded anew: a
 * mutant of what happens at loading is judged too. jest itself takes seconds to start, this takes the time of the tests.
 */
const fs = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const circus = require('jest-circus');
const { expect } = require('expect');
const { process: compile } = require('../build/jest-esbuild.cjs');

const root = join(__dirname, '..', '..');
const FEW_RUNS = join(root, '__tests__', 'support', 'few-runs.cjs');
const TEST_TIMEOUT_MS = 20_000;

/** Source by path where it is not what lies on the disk. */
let instrumented = {};
/** Compiled code by path: compiled once, run for each mutant. */
const compiled = new Map();

function codeOf(path) {
  if (!compiled.has(path)) {
    const source = instrumented[path] ?? fs.readFileSync(path, 'utf8');
    compiled.set(path, compile(source, path).code);
  }
  return compiled.get(path);
}

// First among the endings: a table of JSON may lie beside its source under the same name.
const endings = { ...Module._extensions };
for (const ending of Object.keys(endings)) delete Module._extensions[ending];
Module._extensions['.ts'] = (module, path) => module._compile(codeOf(path), path);
Object.assign(Module._extensions, endings);
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function resolve(request, parent, ...rest) {
  if (request === 'fast-check' && parent?.filename !== FEW_RUNS) return FEW_RUNS;
  return resolveFilename.call(this, request, parent, ...rest);
};

/** Runs what is selected; returns the first failure of each test by its name, `undefined` for one that passed. */
async function runTests(files, only) {
  for (const path of Object.keys(require.cache)) if (path.endsWith('.ts')) delete require.cache[path];
  circus.resetState();
  const state = circus.getState();
  state.testTimeout = TEST_TIMEOUT_MS;
  Object.assign(globalThis, circus.default, { expect });
  for (const file of files) require(file);
  const results = {};
  function handle(event) {
    if (event.name === 'test_start') globalThis.__stryker__.currentTestId = nameOf(event.test);
    if (event.name === 'test_done')
      results[nameOf(event.test)] = event.test.errors[0] && String(event.test.errors[0]);
  }
  if (only) select(state.rootDescribeBlock, new Set(only));
  circus.addEventHandler(handle);
  const { unhandledErrors } = await circus.run();
  circus.removeEventHandler(handle);
  return { results, unhandledErrors };
}

function nameOf(test) {
  const names = [];
  for (let block = test; block.parent; block = block.parent) names.unshift(block.name);
  return names.join(' ');
}

/** Leaves out every test that is not wanted, and with it the hooks of blocks that have none left. */
function select(block, wanted) {
  block.children = block.children.filter((child) => {
    if (child.type === 'test') return wanted.has(nameOf(child));
    select(child, wanted);
    return child.children.length > 0;
  });
  block.tests = block.tests?.filter((test) => wanted.has(nameOf(test)));
}

process.on('message', async (asked) => {
  if (asked.instrumented) instrumented = asked.instrumented;
  globalThis.__stryker__ = {
    activeMutant: asked.mutant,
    ...(asked.hitLimit && { hitCount: 0, hitLimit: asked.hitLimit }),
    ...(asked.mutant === undefined && { mutantCoverage: { static: {}, perTest: {} } }),
  };
  try {
    const ran = await runTests(asked.tests, asked.only);
    process.send({ ...ran, coverage: globalThis.__stryker__.mutantCoverage });
  } catch (error) {
    process.send({ results: {}, unhandledErrors: [String(error)] });
  }
});
