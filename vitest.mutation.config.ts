import { defineConfig } from 'vitest/config'

const conditions = ['@assent/source']

/** The engine's unit tests: Stryker runs them once for each mutant, so they start no server and no database. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    testTimeout: 60_000,
    env: { ASSENT_TEST_HISTORIES: '500', ASSENT_TEST_MODEL_RUNS: '30' },
    include: ['packages/server/test/engine/**/*.test.ts'],
  },
})
