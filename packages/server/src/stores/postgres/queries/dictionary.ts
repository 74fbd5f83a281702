/**
 * @module Numbers for client ids and sets of scopes. They never change, so each is read once.
 */
import type { Store } from '../../../engine/ports/store.ts'
import type { Connection } from '../driver.ts'

export type DictionaryStore = Pick<Store, 'internClient' | 'internScopeSet' | 'readScopeSet'>

export function createDictionaryStore(connection: Connection): DictionaryStore {
  const clients = createDictionary(connection, 'clients', 'client_id')
  const scopeSets = createDictionary(connection, 'scope_sets', 'scopes')
  return {
    internClient: clients.number,
    internScopeSet: (scopes) => scopeSets.number([...scopes].sort().join(' ')),
    async readScopeSet(number) {
      return (await scopeSets.text(number))?.split(' ')
    },
  }
}

export function createDictionary(
  connection: Connection,
  table: string,
  column: string,
): {
  number(text: string): Promise<number>
  text(number: number): Promise<string | undefined>
} {
  const insert = `INSERT INTO ${table} (${column}) VALUES ($1) ON CONFLICT DO NOTHING`
  const selectNumber = `SELECT number FROM ${table} WHERE ${column} = $1`
  const selectText = `SELECT ${column} FROM ${table} WHERE number = $1`
  const numbers = new Map<string, number>()
  const texts = new Map<number, string>()

  function remember(text: string, number: number): number {
    numbers.set(text, number)
    texts.set(number, text)
    return number
  }

  return {
    async number(text) {
      const known = numbers.get(text)
      if (known !== undefined) return known
      let [row] = await connection.query(selectNumber, text)
      if (!row) {
        await connection.query(insert, text)
        ;[row] = await connection.query(selectNumber, text)
      }
      return remember(text, Number(row?.[0]))
    },
    async text(number) {
      const known = texts.get(number)
      if (known !== undefined || number > 2 ** 31 - 1) return known
      const [row] = await connection.query(selectText, number)
      if (row) remember(String(row[0]), number)
      return texts.get(number)
    },
  }
}
