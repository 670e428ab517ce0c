/** Tiers that need more than npm have their own configurations; this one runs offline. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/__tests__/terraform/',
    '<rootDir>/__tests__/aws/',
    '<rootDir>/__tests__/engine/',
  ],
  transform: { '\\.ts$': '<rootDir>/scripts/build/jest-esbuild.cjs' },
  globalSetup: '<rootDir>/__tests__/temporary-folder.cjs',
  setupFilesAfterEnv: ['<rootDir>/__tests__/setup.ts'],
  moduleFileExtensions: ['ts', 'js', 'cjs', 'json', 'node'],
  testTimeout: 30000,
  // One worker per core: jest itself leaves one idle, which is half of a small machine.
  maxWorkers: '100%',
};
