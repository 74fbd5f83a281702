/**
 * @module Generated users, in both directories.
 */
import { describe, expect, it } from 'vitest'
import { checkThroughFile, checkThroughHttp } from './generated-users.ts'

const SEED = 28

describe('users with nulls, wrong types, impossible dates, odd phone numbers and names', () => {
  it('stay usable in a file directory', async () => {
    await expect(checkThroughFile(500, SEED)).resolves.toBeUndefined()
  })

  it('stay usable in an HTTP directory', async () => {
    await expect(checkThroughHttp(500, SEED)).resolves.toBeUndefined()
  })
})
