/**
 * @module Emergencies over the admin API: in force on another node within a second, and one line of the change log for each step.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serviceAccountUpdate } from '../../src/engine/admin/records.ts'
import { type ApiCaller, type ApiServer, startApiServer } from '../support/admin-api.ts'
import { keyPairOf } from '../support/keys.ts'
import { call, codeFor, consultFor, type Signing, type TestPlatform } from '../support/server.ts'
import { requestServiceToken } from '../support/service-tokens.ts'

let api: ApiServer
let owner: ApiCaller
let node: TestPlatform
beforeAll(async () => {
  api = await startApiServer()
  owner = await api.callerOf('owner')
  node = await api.startNode()
  for (const appId of ['kopi-app', 'teh-app'])
    await owner.call('PATCH', `/mini-programs/${appId}`, { body: { verified: true }, version: 1 })
})
afterAll(() => api.close())

function signingOf(clientId: string): Signing {
  const { privateKey, publicKey } = keyPairOf(clientId)
  return { clientId, keyVersion: 1, key: { privateKey: createPrivateKey(privateKey), publicKey } }
}

async function tokenOf(appId: string, signing: Signing): Promise<string> {
  const authCode = await codeFor(node, ['auth_user'], { appId })
  const body = { grantType: 'AUTHORIZATION_CODE', authCode }
  return (await call(node, '/v1/authorizations/applyToken', body, signing))['accessToken']
}

const MAX_MILLISECONDS = 1000

/** @returns the milliseconds until a node refuses something */
async function whenRefused(attempt: () => Promise<boolean>): Promise<number> {
  const startedAt = performance.now()
  while (await attempt()) await sleep(20)
  return performance.now() - startedAt
}

const isCodeGiven = async (appId: string): Promise<boolean> => {
  const reply = await consultFor(node, ['auth_base'], { appId })
  return reply.result.resultCode === 'SUCCESS'
}

async function reasons(count: number): Promise<readonly string[]> {
  const { body } = await owner.call('GET', `/changes?limit=${count}&source=emergency`)
  return body.items.map(({ reason }: { reason: string }) => reason).toReversed()
}

it('closes everything after the theft of a key', async () => {
  const signing = signingOf('kopi-house')
  const accessToken = await tokenOf('kopi-app', signing)
  const inquire = () => call(node, '/v1/users/inquiryUserInfo', { accessToken }, signing)
  expect((await inquire()).result.resultCode).toBe('SUCCESS')
  const stolen = await owner.call('POST', '/emergencies/key-thefts', {
    body: { clientId: 'kopi-house', keyVersion: 1, reason: 'Found in a repository.' },
  })
  const milliseconds = await whenRefused(async () => {
    const reply = await inquire().catch(() => undefined)
    return reply?.result.resultCode === 'SUCCESS'
  })
  expect(milliseconds).toBeLessThan(MAX_MILLISECONDS)
  expect(stolen.body.steps).toEqual([
    'Suspends key 1 of client kopi-house.',
    'Ends all codes and tokens of client kopi-house, and tells it.',
  ])
  expect(await reasons(2)).toEqual(
    stolen.body.steps.map((step: string) => `${step} Found in a repository.`),
  )
  const events = await owner.call('GET', '/clients/kopi-house/events')
  expect(events.body.items.map(({ eventType }: { eventType: string }) => eventType)).toContain(
    'KEY_COMPROMISED',
  )
})

it('suspends a mini program, and reinstates it', async () => {
  expect(await isCodeGiven('teh-app')).toBe(true)
  const body = { kind: 'miniProgram', id: 'teh-app', reason: 'Asks for passwords.' }
  expect((await owner.call('POST', '/emergencies/suspensions', { body })).status).toBe(200)
  expect(await whenRefused(() => isCodeGiven('teh-app'))).toBeLessThan(MAX_MILLISECONDS)
  const { body: ended } = await owner.call('POST', '/emergencies/reinstatements', { body })
  expect(ended.steps).toEqual(['Reinstates mini program teh-app.'])
  expect(await whenRefused(async () => !(await isCodeGiven('teh-app')))).toBeLessThan(
    MAX_MILLISECONDS,
  )
})

it('stops a scope', async () => {
  // What was issued until a revocation, in the same second, is revoked.
  api.server.clock.now += 1
  const signing = signingOf('teh-house')
  const accessToken = await tokenOf('teh-app', signing)
  const isRead = async () => {
    const reply = await call(node, '/v1/users/inquiryUserInfo', { accessToken }, signing)
    return reply['userInfo']?.nickName !== undefined
  }
  expect(await isRead()).toBe(true)
  const body = { scope: 'auth_user', reason: 'Shows names of others.' }
  expect((await owner.call('POST', '/emergencies/scope-stops', { body })).status).toBe(200)
  expect(await whenRefused(isRead)).toBeLessThan(MAX_MILLISECONDS)
})

it('puts a change of the registry in force on another node', async () => {
  const { body: app } = await owner.call('GET', '/mini-programs/teh-app')
  await owner.call('PATCH', '/mini-programs/teh-app', {
    body: { state: 'SUSPENDED' },
    version: app.version,
  })
  expect(await whenRefused(() => isCodeGiven('teh-app'))).toBeLessThan(MAX_MILLISECONDS)
})

it.each([
  ['an unknown client', '/emergencies/suspensions', { kind: 'client', id: 'nobody' }],
  ['an unknown mini program', '/emergencies/suspensions', { kind: 'miniProgram', id: 'nobody' }],
  ['an unknown key', '/emergencies/key-thefts', { clientId: 'kopi-house', keyVersion: 77 }],
  ['an unknown scope', '/emergencies/scope-stops', { scope: 'NOBODY' }],
])('does nothing for %s', async (_title, path, target) => {
  const before = await reasons(200)
  const reply = await owner.call('POST', path, { body: { ...target, reason: 'x' } })
  expect(reply.status).toBe(404)
  expect(await reasons(200)).toEqual(before)
})

it('refuses a stolen key from a service account that has it, too', async () => {
  const { privateKey, publicKey } = keyPairOf('teh-house')
  const jwk = createPublicKey(publicKey).export({ format: 'jwk' })
  const account = { organization: 'platform', name: 'Sync', state: 'active' } as const
  await api.write(
    serviceAccountUpdate(
      'sa_sync',
      { ...account, roles: ['auditor'], jwks: [{ ...jwk, alg: 'PS256' } as never] },
      0,
    ),
  )
  const request = () => requestServiceToken(api, 'sa_sync', createPrivateKey(privateKey), 'PS256')
  expect(await (await request()).json()).toMatchObject({ token_type: 'Bearer' })
  const theft = { clientId: 'teh-house', keyVersion: 1, reason: 'Found in a repository.' }
  await owner.call('POST', '/emergencies/key-thefts', { body: theft })
  const refused = await request()
  expect([refused.status, await refused.json()]).toMatchObject([401, { error: 'invalid_client' }])
})
