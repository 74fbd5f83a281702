/**
 * @module The store that a run's servers stand on: the embedded one, or with `ASSENT_TEST_STORE=postgres` a database of
 * the run's own PostgreSQL, and then several nodes.
 */
import { createDatabase } from './postgres.ts'

export type TestStore = {
  /** As in assent.yaml. */
  readonly url: string
  readonly nodes: number
  /** Everything in it, as Latin-1 text; absent where it is files. */
  dump?(): Promise<string>
  remove(): Promise<void>
}

const NODES = 3

export async function createTestStore(embedded: string): Promise<TestStore> {
  if (process.env['ASSENT_TEST_STORE'] !== 'postgres') {
    return { url: embedded, nodes: 1, remove: async () => {} }
  }
  return { ...(await createDatabase()), nodes: NODES }
}
