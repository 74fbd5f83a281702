/**
 * @module The store of a test server: the embedded one, or with `ASSENT_TEST_STORE=postgres` a new database that several nodes
 * share.
 */
import { createMigratedDatabase } from './postgres.ts'

export type TestStore = {
  /** The value of `store` in assent.yaml. */
  readonly url: string
  readonly nodes: number
  /** Returns the whole content as Latin-1 text. Absent for stores in files, which a test can read itself. */
  dump?(): Promise<string>
  remove(): Promise<void>
}

const NODES = 3

export async function createTestStore(embedded: string): Promise<TestStore> {
  if (process.env['ASSENT_TEST_STORE'] !== 'postgres') {
    return { url: embedded, nodes: 1, remove: async () => {} }
  }
  return { ...(await createMigratedDatabase()), nodes: NODES }
}
