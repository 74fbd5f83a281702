/**
 * @module Dictionaries of texts that rows and credentials refer to by number: client ids, scope sets, kinds of data access. Their rows
 * never change, so each is read once and then cached.
 */
import type { Store } from '../../engine/store/store.ts'
import { createDictionaryCache } from '../dictionary-cache.ts'
import type { Connection } from './driver.ts'

export type DictionaryStore = Pick<
  Store,
  'internClient' | 'readClientId' | 'internScopeSet' | 'readScopeSet'
>

const MAX_INTEGER = 2 ** 31 - 1

export function createDictionaryStore(connection: Connection): DictionaryStore {
  const clients = createDictionary(connection, {
    table: 'client_numbers',
    id: 'number',
    text: 'client_id',
  })
  const scopeSets = createDictionary(connection, { table: 'scope_sets', id: 'id', text: 'scopes' })
  return {
    internClient: clients.intern,
    readClientId: clients.textOf,
    internScopeSet: (scopes) => scopeSets.intern([...scopes].sort().join(' ')),
    async readScopeSet(id) {
      return (await scopeSets.textOf(id))?.split(' ')
    },
  }
}

/** A table with a generated number and a unique text. */
export type DictionaryTable = { readonly table: string; readonly id: string; readonly text: string }

export interface Dictionary {
  /** The number of the text. A new text gets the next number. */
  intern(text: string): Promise<number>
  textOf(id: number): Promise<string | undefined>
}

export function createDictionary(
  connection: Connection,
  { table, id, text }: DictionaryTable,
): Dictionary {
  const insert = `INSERT INTO ${table} (${text}) VALUES ($1) ON CONFLICT DO NOTHING`
  const selectId = `SELECT ${id} FROM ${table} WHERE ${text} = $1`
  const selectText = `SELECT ${text} FROM ${table} WHERE ${id} = $1`
  const cache = createDictionaryCache()

  return {
    async intern(value) {
      const cached = cache.idOf(value)
      if (cached !== undefined) return cached
      let [row] = await connection.query(selectId, value)
      if (!row) {
        await connection.query(insert, value)
        ;[row] = await connection.query(selectId, value)
      }
      const number = Number(row?.[0])
      cache.add(value, number)
      return number
    },
    async textOf(number) {
      const cached = cache.textOf(number)
      if (cached !== undefined || number > MAX_INTEGER) return cached
      const [row] = await connection.query(selectText, number)
      if (row) cache.add(String(row[0]), number)
      return cache.textOf(number)
    },
  }
}
