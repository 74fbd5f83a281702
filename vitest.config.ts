import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const conditions = ['@assent/source']

/** What speaks to a server from outside runs on every store; on PostgreSQL against three nodes. */
const OUTSIDE = [
  'packages/server/test/faces/{loop,bad-input,races,notifications,oauth,oauth-attacks,oauth-races}.test.ts',
  'packages/server/test/audit.test.ts',
  'examples/test/{loop,consent-page}.test.ts',
]

/** Nodes that are killed under load: one file after the other, when the rest is done. */
const NODES = 'packages/server/test/cluster/**'

/** Much of the rest waits, for a browser or for time: two cores have work for two files. */
const maxWorkers = Math.max(2, availableParallelism() - 1)

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
          exclude: [NODES, CLUSTER],
          maxWorkers,
          globalSetup: ['packages/server/test/support/postgres-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: OUTSIDE,
          maxWorkers,
          env: { ASSENT_TEST_STORE: 'postgres' },
          globalSetup: ['packages/server/test/support/postgres-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'nodes',
          include: [`${NODES}/*.test.ts`],
          globalSetup: ['packages/server/test/support/postgres-setup.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: { name: 'screenshots', include: ['examples/test/*.shots.ts'] } },
      { extends: true, test: { name: 'cluster', include: [`${CLUSTER}/*.test.ts`] } },
    ],
  },
})
