/**
 * `fast-check` as mutation tests need it: the same few values for every mutant, so that its fate is no chance, and no search
 * for a smaller counter-example.
 */
const fastCheck = require('../../node_modules/fast-check/lib/cjs/fast-check.js');

function assert(property, parameters = {}) {
  const numRuns = Math.min(parameters.numRuns ?? 100, 50);
  return fastCheck.assert(property, { ...parameters, numRuns, seed: 1, endOnFailure: true });
}

module.exports = { ...fastCheck, default: { ...fastCheck.default, assert }, assert };
