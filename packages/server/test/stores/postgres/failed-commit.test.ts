/**
 * @module Writes to PostgreSQL when the commit fails: no write is confirmed that is not committed.
 */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openConnection } from '../../../src/stores/postgres/driver.ts'
import { createStatementBatch } from '../../../src/stores/postgres/statement-batching.ts'

/** The statements that the pool receives, and which of them fails. */
const database = vi.hoisted(() => ({ log: [] as string[], failing: '' }))
/** SQLSTATE foreign_key_violation: the database responds, so the circuit breaker stays closed. */
const DEFERRED_CONSTRAINT_FAILED = '23503'

vi.mock('pg', async (importActual) => {
  const query = async (statement: string | { readonly text: string }) => {
    const text = typeof statement === 'string' ? statement : statement.text
    database.log.push(text)
    // The database commits a single statement before it replies.
    await new Promise(setImmediate)
    if (text === database.failing)
      throw Object.assign(new Error('COMMIT failed'), { code: DEFERRED_CONSTRAINT_FAILED })
    return { rows: [[text]] }
  }
  class Connection {
    readonly query = query
    on(): void {}
    async connect(): Promise<void> {}
    async end(): Promise<void> {
      database.log.push('end')
    }
  }
  const { default: actual } = await importActual<typeof import('pg')>()
  return { default: { Pool: Connection, Client: Connection, types: actual.types } }
})

const connection = openConnection('postgres://127.0.0.1/none')

beforeEach(() => {
  database.log.length = 0
  database.failing = ''
})

describe('a transaction', () => {
  const insert = (): Promise<void> =>
    connection.transaction(async (query) => {
      await query('INSERT')
    })

  it('resolves after its commit', async () => {
    await insert()
    expect(database.log).toEqual(['BEGIN', 'INSERT', 'COMMIT', 'end'])
  })

  it('rejects when its commit fails, and the end of the connection rolls it back', async () => {
    database.failing = 'COMMIT'
    await expect(insert()).rejects.toThrow('COMMIT failed')
    expect(database.log).toEqual(['BEGIN', 'INSERT', 'COMMIT', 'end'])
  })
})

describe('a batch of writes', () => {
  const create = (): ((input: number) => Promise<unknown>) =>
    createStatementBatch(connection.statistics, async (inputs: readonly number[]) => {
      await connection.query('INSERT', inputs)
      database.log.push('committed')
      return inputs
    })

  it('is confirmed after its statement, and not before', async () => {
    const write = create()
    await Promise.all(
      [1, 2].map(async (input) => database.log.push(`confirmed ${await write(input)}`)),
    )
    expect(database.log).toEqual(['INSERT', 'committed', 'confirmed 1', 'confirmed 2'])
  })

  it('is rejected when its statement fails, and later writes are not affected', async () => {
    database.failing = 'INSERT'
    const write = create()
    const outcomes = await Promise.allSettled([write(1), write(2)])
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { message: 'COMMIT failed' } },
      { status: 'rejected', reason: { message: 'COMMIT failed' } },
    ])
    database.failing = ''
    expect(await write(3)).toBe(3)
  })
})
