/** Preloaded (`--require`) by the npm scripts that take no arguments: one that is ignored looks as if it had been heeded. */
const [first] = process.argv.slice(2);
if (first !== undefined) {
  console.error(`${process.env.npm_lifecycle_event ?? process.argv[1]}: got ${first}; allowed no arguments`);
  process.exit(2);
}
