const { availableParallelism } = require('node:os');

/** Tiers that need more than npm have their own configurations; this one runs offline. */
module.exports = {
  testEnvironment: 'node',
  // The sources too: `--watch` and `--findRelatedTests` follow imports within the roots only.
  roots: ['<rootDir>/__tests__', '<rootDir>/lambdas', '<rootDir>/modules', '<rootDir>/scripts'],
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    // Whole programs, which take as long as a hundred files of others (jest.programs.config.cjs).
    '\\.program\\.test\\.ts$',
    '<rootDir>/__tests__/terraform/',
    '<rootDir>/__tests__/aws/',
    '<rootDir>/__tests__/engine/',
    '<rootDir>/__tests__/browser/',
  ],
  moduleNameMapper: {
    '/private/stack-trace$|^\\./stack-trace$': '<rootDir>/__tests__/support/no-stack-traces.cjs',
  },
  transform: { '\\.ts$': '<rootDir>/scripts/build/jest-esbuild.cjs' },
  globalSetup: '<rootDir>/__tests__/temporary-folder.cjs',
  moduleFileExtensions: ['ts', 'js', 'cjs', 'json', 'node'],
  // Ends what hangs. Whether something is fast is nobody's business here: machines are busy.
  testTimeout: 300_000,
  // Three workers on two cores: a part of the tests waits for sockets, and jest itself would leave a core idle, which is half of a
  // small machine. As a number, since jest takes a share above 100 % for one.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
};
