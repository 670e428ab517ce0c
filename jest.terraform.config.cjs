/** The tier of the real provider: every stack, variant and module through Terraform. */
module.exports = {
  ...require('./jest.config.cjs'),
  testMatch: ['<rootDir>/__tests__/terraform/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/scripts/build/need-terraform.cjs',
  testTimeout: 1_800_000,
};
