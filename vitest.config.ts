import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const reactNative = fileURLToPath(
  new URL('packages/jsapi/test/react-native/fakes.ts', import.meta.url),
)
const conditions = ['@assent/source']

/** React Native runs on phones only. */
const alias = {
  'react-native': reactNative,
  'react-native-webview': reactNative,
}

/** Suites that take long: they search at random, race thousands of requests, or kill processes. */
const LONG = '**/*.long.test.ts'

/** Suites that call a server from outside. They run on every store: with PostgreSQL against three nodes. */
const EVERY_STORE = '**/*.every-store{,.long}.test.ts'

/** Suites that start several nodes and kill them. They run one after the other, when the rest is done. */
const NODES = 'packages/server/test/cluster/**/*.test.ts'

/** Suites that start a PostgreSQL cluster with Patroni, etcd and HAProxy. */
const CLUSTER = 'packages/server/test/ha/**/*.test.ts'

const TESTS = ['packages/*/test/**/*.test.ts', 'examples/test/**/*.test.ts']

/** Many tests wait for a browser or a timer, so two files run at once on two cores. */
const maxWorkers = Math.max(2, availableParallelism() - 1)

const keysSetup = 'packages/server/test/support/keys-setup.ts'
const globalSetup = [keysSetup, 'packages/server/test/support/postgres-setup.ts']

export default defineConfig({
  resolve: { conditions, alias },
  ssr: { resolve: { conditions } },
  test: {
    // Only tests that hang reach it, also on a machine that is busy with other work.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'embedded',
          include: TESTS,
          exclude: [LONG, NODES, CLUSTER],
          maxWorkers,
          globalSetup,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: TESTS.map((tests) => tests.replace('*.test.ts', '*.long.test.ts')),
          exclude: [NODES, CLUSTER],
          maxWorkers,
          globalSetup,
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: ['packages/server/test', 'examples/test'].map(
            (root) => `${root}/${EVERY_STORE}`,
          ),
          maxWorkers,
          env: { ASSENT_TEST_STORE: 'postgres' },
          globalSetup,
        },
      },
      {
        extends: true,
        test: {
          name: 'nodes',
          include: [NODES],
          globalSetup,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'screenshots',
          include: ['examples/test/**/*.shots.ts'],
          maxWorkers,
          globalSetup: [keysSetup],
        },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: [CLUSTER],
          globalSetup: [keysSetup],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
