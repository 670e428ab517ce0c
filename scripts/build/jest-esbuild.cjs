/** Jest transform: esbuild turns one TypeScript file into CommonJS (types are checked by `npm run typecheck`). */
const { createHash } = require('node:crypto');
const { transformSync, version } = require('esbuild');

function process(source, path) {
  const { code, map } = transformSync(source, {
    loader: 'ts',
    format: 'cjs',
    target: 'node20',
    // A dynamic import needs a flag in Jest's contexts; as `require` it does not.
    supported: { 'dynamic-import': false },
    sourcemap: 'external',
    sourcefile: path,
    tsconfigRaw: { compilerOptions: { esModuleInterop: true } },
  });
  return { code, map };
}

module.exports = {
  process,
  getCacheKey(source, path) {
    return createHash('sha256').update(`${version}\0dynamic-import\0${path}\0${source}`).digest('hex');
  },
};
