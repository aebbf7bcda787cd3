/**
 * One Jest configuration for everything: `nx test <project>` narrows it by path. Two Jest projects: `unit`, which needs nothing
 * but Node, and `integration` (*.integration.spec.ts), whose files share one real broker that is started before them.
 */
const shared = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
    '\\.flux$': '<rootDir>/tools/text-transform.cjs',
    // The reference of the features' tests is published as ES modules only, which Jest does not load by itself.
    '/trading-signals/.*\\.js$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'ecmascript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!trading-signals/)'],
  moduleNameMapper: {
    '^fast-check$': '<rootDir>/tools/seeded-fast-check.cjs',
    '^@neuraltrade/([^/]+)$': ['<rootDir>/libs/$1/src', '<rootDir>/apps/$1/src'],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.nx'],
};
const integration = '\\.integration\\.spec\\.ts$';

module.exports = {
  // Two more than the smallest machine has cores: many suites wait for servers, processes and deadlines.
  maxWorkers: 4,
  // A guard against a hang, never a measure of speed: the machine may be busy.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs,tools}/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', integration],
    },
    {
      ...shared,
      displayName: 'integration',
      testRegex: [`/(apps|libs|tools)/.*${integration}`],
      globalSetup: '<rootDir>/libs/infra/src/shared-servers/start.ts',
      globalTeardown: '<rootDir>/libs/infra/src/shared-servers/stop.ts',
    },
  ],
};
