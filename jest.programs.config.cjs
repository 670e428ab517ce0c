/** Whole programs as their users start them: the command line, its package, synthesis, processes that are killed. */
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['<rootDir>/__tests__/**/*.program.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
