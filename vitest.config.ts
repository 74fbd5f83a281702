import { defineConfig } from 'vitest/config'

const conditions = ['@assent/source']

/** What speaks to a server from outside runs on every store; on PostgreSQL against three nodes. */
const OUTSIDE = [
  'packages/server/test/faces/{loop,bad-input,races,notifications,oauth,oauth-attacks,oauth-races}.test.ts',
  'packages/server/test/audit.test.ts',
  'examples/test/{loop,consent-page}.test.ts',
]

/** Database nodes of its own, kept by Patroni: `npm run test:cluster`. */
const CLUSTER = 'packages/server/test/ha/**'

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'embedded',
          include: ['packages/*/test/**/*.test.ts', 'examples/test/**/*.test.ts'],
          exclude: [CLUSTER],
          globalSetup: ['packages/server/test/support/postgres-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: OUTSIDE,
          env: { ASSENT_TEST_STORE: 'postgres' },
          globalSetup: ['packages/server/test/support/postgres-setup.ts'],
        },
      },
      { extends: true, test: { name: 'screenshots', include: ['examples/test/*.shots.ts'] } },
      { extends: true, test: { name: 'cluster', include: [`${CLUSTER}/*.test.ts`] } },
    ],
  },
})
