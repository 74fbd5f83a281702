/**
 * Mutation tests of the engine's decisions: `npm run test:mutation`, or for one file
 * `npm run test:mutation -- --mutate packages/server/src/engine/tokens/redeem.ts`. A mutant that survives is a rule that no
 * unit test checks. The results are in bench/results/mutation.md.
 */
const ENGINE = 'packages/server/src/engine'

/** The modules that decide who may access which data. */
const DECISIONS = [
  'grant',
  'tokens/redeem',
  'tokens/refresh',
  'tokens/check',
  'tokens/revoke',
  'consent/consult',
  'consent/missing-consent',
  'consent/decide',
  'consent/duration',
  'consent/user-presence',
]

export default {
  mutate: DECISIONS.map((module) => `${ENGINE}/${module}.ts`),
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  ignoreStatic: true,
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false },
  jsonReporter: { fileName: '.stryker/mutation.json' },
  tempDirName: '.stryker/sandbox',
  // Stryker reads the TypeScript configuration through an API that TypeScript 7 does not have.
  tsconfigFile: 'none.json',
}
