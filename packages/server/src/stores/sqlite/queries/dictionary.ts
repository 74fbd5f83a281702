/**
 * @module Numbers for client ids and sets of scopes. They never change, so each is read once.
 */
import type { Store } from '../../../engine/ports/store.ts'
import type { Connection } from '../driver.ts'
import type { GroupCommit } from '../group-commit.ts'

export type DictionaryStore = Pick<Store, 'internClient' | 'internScopeSet' | 'readScopeSet'>

export function createDictionaryStore(connection: Connection, group: GroupCommit): DictionaryStore {
  const clients = createDictionary(connection, group, 'clients', 'client_id')
  const scopeSets = createDictionary(connection, group, 'scope_sets', 'scopes')
  return {
    internClient: clients.number,
    internScopeSet: (scopes) => scopeSets.number([...scopes].sort().join(' ')),
    async readScopeSet(number) {
      return scopeSets.text(number)?.split(' ')
    },
  }
}

export function createDictionary(
  connection: Connection,
  group: GroupCommit,
  table: string,
  column: string,
): { number(text: string): Promise<number>; text(number: number): string | undefined } {
  const insert = connection.prepare(
    `INSERT INTO ${table} (${column}) VALUES (?) ON CONFLICT DO NOTHING`,
  )
  const selectNumber = connection.prepare(`SELECT number FROM ${table} WHERE ${column} = ?`)
  const selectText = connection.prepare(`SELECT ${column} FROM ${table} WHERE number = ?`)
  const numbers = new Map<string, number>()
  const texts = new Map<number, string>()

  function remember(text: string, number: number): void {
    numbers.set(text, number)
    texts.set(number, text)
  }

  function find(text: string): number | undefined {
    const known = numbers.get(text)
    if (known !== undefined) return known
    const row = selectNumber.get(text)
    if (row) remember(text, Number(row[0]))
    return numbers.get(text)
  }

  return {
    async number(text) {
      const known = find(text)
      if (known !== undefined) return known
      await group.write(() => insert.get(text))
      return find(text) as number
    },
    text(number) {
      const known = texts.get(number)
      if (known !== undefined) return known
      const row = selectText.get(number)
      if (row) remember(String(row[0]), number)
      return texts.get(number)
    },
  }
}
