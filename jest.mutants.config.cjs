/** The quick tests of the rules that are mutated; each mutant runs those that reach it (stryker.config.cjs). */
module.exports = {
  ...require('./jest.config.cjs'),
  roots: ['<rootDir>/__tests__', '<rootDir>/lambdas', '<rootDir>/scripts'],
  moduleNameMapper: { '^fast-check$': '<rootDir>/__tests__/support/few-runs.cjs' },
  testMatch: [
    '<rootDir>/__tests__/lambdas/prewarm/engine/request/*.test.ts',
    '<rootDir>/__tests__/lambdas/prewarm/engine/warming/classify.test.ts',
    '<rootDir>/__tests__/lambdas/prewarm/engine/flow/{plan,segments,steps}.test.ts',
    '<rootDir>/__tests__/lambdas/prewarm/net/transport-{answer,head}.test.ts',
    '<rootDir>/__tests__/lambdas/prewarm/one-machine/adapters/{contract,task-queue}.test.ts',
  ],
};
