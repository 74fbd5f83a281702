/**
 * Mutation tests of the engine's decisions: `npm run test:mutation`, or for one file
 * `npm run test:mutation -- --mutate packages/server/src/engine/redeem.ts`. A mutant that survives is a rule that no unit test checks.
 */
const ENGINE = 'packages/server/src/engine'

/** The modules that decide, wherever they are in the engine. */
const DECISIONS = [
  'redeem',
  'refresh',
  'check',
  'revoke',
  'grant',
  'consult',
  'consent',
  'lifetime',
  'governor',
]

export default {
  mutate: [`${ENGINE}/**/{${DECISIONS}}.ts`],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  ignoreStatic: true,
  reporters: ['clear-text', 'progress', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false },
  jsonReporter: { fileName: '.stryker/mutation.json' },
  tempDirName: '.stryker/sandbox',
  // Read for nothing but references, through an interface that TypeScript 7 does not have.
  tsconfigFile: 'none.json',
}
