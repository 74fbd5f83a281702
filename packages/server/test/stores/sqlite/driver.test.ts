/**
 * @module Parameters of SQLite statements.
 */
import { describe, expect, it } from 'vitest'
import { openConnection } from '../../../src/stores/sqlite/driver.ts'

describe(openConnection, () => {
  it('rejects parameters that the binding cannot handle', () => {
    const connection = openConnection(':memory:')
    const statement = connection.prepare('SELECT ?')
    expect(statement.get(Buffer.from('a'))).toEqual([Buffer.from('a')])
    expect(() => statement.get(true as never)).toThrow(TypeError)
    expect(() => statement.get(Number.NaN)).toThrow(TypeError)
    expect(() => statement.get(undefined as never)).toThrow(TypeError)
    connection.close()
  })
})
