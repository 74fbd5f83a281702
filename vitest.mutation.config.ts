import { defineConfig } from 'vitest/config'

const conditions = ['@assent/source']

/** The unit tests of the engine's decisions. Stryker runs them for each mutant, so they use no server, database or random search. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/server/test/engine/{grant,{tokens,consent,oauth}/*}.test.ts'],
    exclude: ['**/*.long.test.ts', '**/store-calls.test.ts'],
  },
})
