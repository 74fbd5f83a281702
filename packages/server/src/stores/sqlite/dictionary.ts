/**
 * @module Dictionaries of texts that rows and credentials refer to by number: client ids, scope sets, kinds of data access. Their rows
 * never change, so each is read once and then cached.
 */
import type { Store } from '../../engine/store/store.ts'
import { createDictionaryCache } from '../dictionary-cache.ts'
import type { Connection } from './driver.ts'
import type { GroupCommit } from './group-commit.ts'

export type DictionaryStore = Pick<
  Store,
  'internClient' | 'readClientId' | 'internScopeSet' | 'readScopeSet'
>

export function createDictionaryStore(connection: Connection, group: GroupCommit): DictionaryStore {
  const clients = createDictionary(connection, group, {
    table: 'client_numbers',
    id: 'number',
    text: 'client_id',
  })
  const scopeSets = createDictionary(connection, group, {
    table: 'scope_sets',
    id: 'id',
    text: 'scopes',
  })
  return {
    internClient: clients.intern,
    readClientId: async (number) => clients.textOf(number),
    internScopeSet: (scopes) => scopeSets.intern([...scopes].sort().join(' ')),
    async readScopeSet(id) {
      return scopeSets.textOf(id)?.split(' ')
    },
  }
}

/** A table with a generated number and a unique text. */
export type DictionaryTable = { readonly table: string; readonly id: string; readonly text: string }

export interface Dictionary {
  /** The number of the text. A new text gets the next number. */
  intern(text: string): Promise<number>
  textOf(id: number): string | undefined
}

export function createDictionary(
  connection: Connection,
  group: GroupCommit,
  { table, id, text }: DictionaryTable,
): Dictionary {
  const insert = connection.prepare(
    `INSERT INTO ${table} (${text}) VALUES (?) ON CONFLICT DO NOTHING`,
  )
  const selectId = connection.prepare(`SELECT ${id} FROM ${table} WHERE ${text} = ?`)
  const selectText = connection.prepare(`SELECT ${text} FROM ${table} WHERE ${id} = ?`)
  const cache = createDictionaryCache()

  function find(value: string): number | undefined {
    const cached = cache.idOf(value)
    if (cached !== undefined) return cached
    const row = selectId.get(value)
    if (row) cache.add(value, Number(row[0]))
    return cache.idOf(value)
  }

  return {
    async intern(value) {
      const known = find(value)
      if (known !== undefined) return known
      await group.write(() => insert.get(value))
      return find(value) as number
    },
    textOf(number) {
      const cached = cache.textOf(number)
      if (cached !== undefined) return cached
      const row = selectText.get(number)
      if (row) cache.add(String(row[0]), number)
      return cache.textOf(number)
    },
  }
}
