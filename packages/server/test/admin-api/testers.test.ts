/**
 * @module Testers over the admin API: they can use a mini program that is not verified, and no row contains their ids.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openConnection } from '../../src/stores/sqlite/driver.ts'
import { type ApiCaller, type ApiServer, startApiServer } from '../support/admin-api.ts'
import { consultFor, USER_ID, WALLET_ID } from '../support/server.ts'

const OTHER_USER = 'user-nobody-4711'
const PATH = '/mini-programs/kopi-app/testers'

let api: ApiServer
let owner: ApiCaller
beforeAll(async () => {
  api = await startApiServer()
  owner = await api.callerOf('owner')
})
afterAll(() => api.close())

const codeOf = async (): Promise<string> =>
  (await consultFor(api.server, ['auth_base'], { appId: 'kopi-app' })).result.resultCode

let keys = 0

async function add(userId: string): Promise<Awaited<ReturnType<ApiCaller['call']>>> {
  const headers = { 'idempotency-key': `a-random-text-of-${++keys}` }
  return owner.call('POST', PATH, { body: { walletId: WALLET_ID, userId }, headers })
}

/** Whether the database contains a text, in any page. */
function isStored(text: string): boolean {
  const file = join(api.server.folder, 'data/assent.db')
  openConnection(file).exec('PRAGMA wal_checkpoint(TRUNCATE)')
  return readFileSync(file).includes(text)
}

it('a tester can use the mini program, until the tester is removed', async () => {
  expect(await codeOf()).toBe('NOT_A_TESTER')
  const added = await add(USER_ID)
  expect(added.status).toBe(201)
  expect(added.body).toEqual({
    walletId: WALLET_ID,
    tester: expect.stringMatching(/^tester:[\w-]{44}$/),
  })
  expect(await codeOf()).toBe('SUCCESS')
  const { body, headers } = await owner.call('GET', PATH)
  expect(body.items).toContainEqual(added.body)
  const etag = { 'if-match': headers.get('etag') ?? '' }
  const path = `${PATH}/${WALLET_ID}`
  expect((await owner.call('DELETE', `${path}/${USER_ID}`, { headers: etag })).status).toBe(204)
  expect(await codeOf()).toBe('NOT_A_TESTER')
})

it.each([
  ['the id', () => OTHER_USER],
  ['the pseudonym of the list', (tester: string) => tester],
])('a tester is added twice as one, and removed by %s', async (_title, nameOf) => {
  const before = (await owner.call('GET', PATH)).body.items.length
  const first = await add(OTHER_USER)
  const again = await owner.call('POST', PATH, {
    body: { walletId: WALLET_ID, userId: OTHER_USER },
  })
  expect(again.body).toEqual(first.body)
  const { body, headers } = await owner.call('GET', PATH)
  expect(body.items).toHaveLength(before + 1)
  const path = `${PATH}/${WALLET_ID}/${nameOf(first.body.tester)}`
  const etag = { 'if-match': headers.get('etag') ?? '' }
  expect((await owner.call('DELETE', path, { headers: etag })).status).toBe(204)
  expect((await owner.call('GET', PATH)).body.items).toHaveLength(before)
})

it('no row contains the id: of records, approvals, repeated requests, or the change log', async () => {
  const userId = 'user-canary-9001'
  const testers = [`${WALLET_ID}/${userId}`]
  await add(userId)
  const { body: app } = await owner.call('GET', '/mini-programs/teh-app')
  const patched = await owner.call('PATCH', '/mini-programs/teh-app', {
    body: { testers },
    version: app.version,
  })
  expect(patched.body.testers).toEqual([expect.stringContaining(`${WALLET_ID}/tester:`)])
  const waiting = await owner.call('POST', '/mini-programs', {
    headers: { 'idempotency-key': 'a-random-text-of-approval' },
    body: {
      appId: 'kopi-waits',
      clientId: 'kopi-house',
      name: 'Kopi Waits',
      domains: [],
      scopes: ['CARD_LIST'],
      testers,
    },
  })
  expect(waiting.status).toBe(202)
  expect(isStored('kopi-waits')).toBe(true)
  expect(isStored(userId)).toBe(false)
})
