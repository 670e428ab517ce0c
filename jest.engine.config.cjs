/** Tests against a real Docker engine and registry; see __tests__/engine/support for where those come from. */
module.exports = {
  ...require('./jest.config.cjs'),
  roots: ['<rootDir>/__tests__/engine'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 180000,
};
