/** The tier of the AWS emulator: adapters against their contract, the stack applied, driven and destroyed. */
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['<rootDir>/__tests__/aws/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/__tests__/aws/support/start-emulator.cjs',
  globalTeardown: '<rootDir>/__tests__/aws/support/stop-emulator.cjs',
  setupFilesAfterEnv: ['<rootDir>/__tests__/aws/support/empty-emulator.ts'],
  // Much of an apply is waiting, for queues above all.
  maxWorkers: 2,
  testTimeout: 1_200_000,
};
