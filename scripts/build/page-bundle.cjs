/** Bundles the page that `warmpath prewarm serve` shows in a browser: one script and one style sheet, nothing from elsewhere. */
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { build } = require('esbuild');

const root = join(__dirname, '..', '..');
const PAGE = join('lambdas', 'prewarm', 'page');

/** Returns the files of the page by name, the paths of its sources from the root, with the folders they lie in, and what esbuild says of them. */
async function bundlePage() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(PAGE, 'main.tsx'), join(PAGE, 'page.css')].map((path) => ({
      in: path,
      out: 'page',
    })),
    outdir: '.',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    metafile: true,
    legalComments: 'none',
    logLevel: 'silent',
  });
  const html = join(PAGE, 'page.html');
  const files = { 'page.html': readFileSync(join(root, html), 'utf8') };
  for (const { path, text } of outputFiles) files[path.slice(root.length + 1)] = text;
  const sources = new Set([html]);
  for (const input of Object.keys(metafile.inputs).filter((path) => !path.includes('node_modules/')))
    for (let path = input; path !== '.'; path = dirname(path)) sources.add(path);
  return { files, sources: [...sources].sort(), metafile };
}

module.exports = { bundlePage };
