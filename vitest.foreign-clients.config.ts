import { defineConfig } from 'vitest/config'

const conditions = ['@assent/source']

/** OAuth clients in other languages. They need tools and packages that not every machine has, so no other command runs them. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/server/test/foreign-clients/*.foreign.ts',
      'packages/jsapi/test/native/*.foreign.ts',
    ],
    globalSetup: [
      'packages/server/test/support/keys-setup.ts',
      'packages/server/test/support/postgres-setup.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
