/** One Jest configuration for every project: `nx test <project>` narrows it with --rootDir-relative paths. */
module.exports = {
  rootDir: __dirname,
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{apps,libs,tools}/**/*.spec.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
  moduleNameMapper: {
    '^@neuraltrade/([^/]+)$': ['<rootDir>/libs/$1/src', '<rootDir>/apps/$1/src'],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.nx'],
  maxWorkers: 2,
  // A guard against a hang, never a measure of speed: the machine may be busy.
  testTimeout: 30_000,
};
