/** Tests against a real Docker engine and registry; see __tests__/engine/support for where those come from. */
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['<rootDir>/__tests__/engine/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // What it sets up once is kept in the temporary folder from run to run.
  globalSetup: undefined,
  testTimeout: 900_000,
};
