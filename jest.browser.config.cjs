/** The page in a real browser, Debian's chromium; see __tests__/browser/support for where it is looked for. */
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['<rootDir>/__tests__/browser/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
