/**
 * @module 100,000 generated users, in both directories. The seed is new in every run, and a failure names it.
 */
import { describe, it } from 'vitest'
import { checkThroughFile, checkThroughHttp } from './generated-users.ts'

const COUNT = 100_000
const TIMEOUT_MS = 1_800_000
const SEED = Date.now() % 2 ** 31

describe(`users with nulls, wrong types, impossible dates, odd phone numbers and names (seed ${SEED})`, () => {
  it('stay usable in a file directory', () => checkThroughFile(COUNT, SEED), TIMEOUT_MS)

  it('stay usable in an HTTP directory', () => checkThroughHttp(COUNT, SEED), TIMEOUT_MS)
})
