/** How much of the engine its own tests reach; below the thresholds, which only rise, this tier fails. */
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['<rootDir>/__tests__/lambdas/prewarm/engine/**/*.test.ts'],
  collectCoverage: true,
  collectCoverageFrom: ['lambdas/prewarm/engine/**/*.ts'],
  coverageDirectory: 'coverage',
  coverageReporters: ['text-summary', 'html'],
  coverageThreshold: { global: { lines: 90, branches: 76 } },
};
