/**
 * @module Up to 100,000 generated users in a file directory, and 10,000 over HTTP, whose requests take most of the time. The seed is new in
 * every run, and a failure names it.
 */
import { describe, it } from 'vitest'
import { sampleSize } from '../support/sample-size.ts'
import { checkThroughFile, checkThroughHttp } from './generated-users.ts'

/** The checks of one user take milliseconds, so a usual run tries less than a tenth. */
const COUNT = sampleSize(100_000, 0.03)
const HTTP_COUNT = sampleSize(10_000, 0.05)
const TIMEOUT_MS = 1_800_000
const SEED = Date.now() % 2 ** 31

describe(`users with nulls, wrong types, impossible dates, odd phone numbers and names (seed ${SEED})`, () => {
  it('stay usable in a file directory', () => checkThroughFile(COUNT, SEED), TIMEOUT_MS)

  it('stay usable in an HTTP directory', () => checkThroughHttp(HTTP_COUNT, SEED), TIMEOUT_MS)
})
