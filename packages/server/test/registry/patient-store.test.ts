/**
 * @module Commands wait for a database that does not respond for a moment.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { StoreUnavailableError } from '../../src/engine/store/store.ts'
import { createPatientStore } from '../../src/registry/patient-store.ts'
import { openSqliteStore } from '../../src/stores/sqlite/store.ts'
import { TEST_INTEGRITY } from '../support/integrity.ts'

const HEAD = { sequence: 0, hash: '' }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A store whose head cannot be read for a number of times. */
async function openFailing(times: number, error: Error) {
  const store = await openSqliteStore(':memory:', { integrity: TEST_INTEGRITY })
  let calls = 0
  const failing = {
    ...store,
    readHead: async () => {
      calls++
      if (calls <= times) throw error
      return store.readHead()
    },
  }
  return { store: createPatientStore(failing), calls: () => calls }
}

async function afterWaiting<T>(result: Promise<T>): Promise<PromiseSettledResult<T>> {
  const settled = Promise.allSettled([result])
  await vi.runAllTimersAsync()
  const [first] = await settled
  return first
}

it('a call is repeated until the database responds', async () => {
  const { store, calls } = await openFailing(4, new StoreUnavailableError('It does not respond.'))
  expect(await afterWaiting(store.readHead())).toEqual({ status: 'fulfilled', value: HEAD })
  expect(calls()).toBe(5)
  await store.close()
})

it('a call fails when the database does not respond for long', async () => {
  const error = new StoreUnavailableError('It does not respond.')
  const { store, calls } = await openFailing(5, error)
  expect(await afterWaiting(store.readHead())).toEqual({ status: 'rejected', reason: error })
  expect(calls()).toBe(5)
  await store.close()
})

it('a call that fails for another reason is not repeated', async () => {
  const error = new Error('The head was edited.')
  const { store, calls } = await openFailing(1, error)
  expect(await afterWaiting(store.readHead())).toEqual({ status: 'rejected', reason: error })
  expect(calls()).toBe(1)
  await store.close()
})
