/**
 * @module The checks of the names that an API declares for the access token and the request id.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../../src/config/load.ts'
import { testConfig } from '../../support/server.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-config-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** @returns the problems, or an empty text */
function check(more: object): string {
  const config = testConfig()
  const [api] = config.apis ?? []
  const path = join(folder, 'assent.yaml')
  writeFileSync(path, stringify({ ...config, apis: [{ ...api, ...more }] }))
  try {
    loadConfig(path)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('names of body fields', () => {
  it.each([
    { accessTokenField: 'paymentAuthCode' },
    { accessTokenField: 'paymentMethod.paymentMethodId' },
    { requiresRequestId: true, requestIdField: 'paymentRequestId' },
    {
      requiresRequestId: true,
      accessTokenField: 'payment.token',
      requestIdField: 'payment.requestId',
    },
  ])('%j is valid', (more) => {
    expect(check(more)).toBe('')
  })

  it.each<[object, RegExp]>([
    [{ accessTokenField: '' }, /accessTokenField must match/],
    [{ accessTokenField: 'a..b' }, /accessTokenField must match/],
    [{ accessTokenField: 'cards[].id' }, /accessTokenField must match/],
    [
      { accessTokenField: 'token', method: 'GET', allowBearer: true },
      /accessTokenField \(cards\) has no effect for method GET/,
    ],
    [
      { requestIdField: 'paymentRequestId' },
      /requestIdField \(cards\) has no effect without requiresRequestId/,
    ],
    [
      { requiresRequestId: true, requestIdField: 'accessToken' },
      /requestIdField \(cards\) must not be the accessTokenField/,
    ],
    [
      { requiresRequestId: true, accessTokenField: 'payment', requestIdField: 'payment.id' },
      /requestIdField \(cards\) must not be the accessTokenField/,
    ],
    [
      { requiresRequestId: true, accessTokenField: 'requestId' },
      /requestIdField \(cards\) must not be the accessTokenField/,
    ],
  ])('%j is refused', (more, message) => {
    expect(check(more)).toMatch(message)
  })
})
