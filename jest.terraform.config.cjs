/** The tier of the real provider: every stack, variant and module through Terraform. */
module.exports = {
  ...require('./jest.config.cjs'),
  roots: ['<rootDir>/__tests__/terraform'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/scripts/build/need-terraform.cjs',
  testTimeout: 600_000,
};
