/**
 * @module Service accounts request tokens with their key, and call as the roles that their records have at that time.
 */
import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  organizationUpdate,
  removalOf,
  type ServiceAccount,
  serviceAccountUpdate,
} from '../../../src/engine/admin/records.ts'
import { PLATFORM_ORGANIZATION } from '../../../src/engine/admin/roles.ts'
import { type AdminServer, startAdminServer } from '../../support/admin-server.ts'

const { privateKey, publicKey } = await generateKeyPair('ES256')
const jwks = [{ ...(await exportJWK(publicKey)), kid: 'one' }]
const ACCOUNT: ServiceAccount = {
  organization: PLATFORM_ORGANIZATION,
  name: 'Onboarding',
  roles: ['operator', 'auditor'],
  state: 'active',
  jwks,
}

let admin: AdminServer
let accounts = 0
let id: string
beforeAll(async () => {
  admin = await startAdminServer()
  await admin.write(organizationUpdate('kopi', { name: 'Kopi', state: 'active' }, 0))
})
afterAll(() => admin.close())
beforeEach(async () => {
  id = `sa_${++accounts}`
  await admin.write(serviceAccountUpdate(id, ACCOUNT, 0))
})

async function assertionOf(clientId: string, key = privateKey): Promise<string> {
  const now = admin.server.clock.now
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(admin.origin)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(key)
}

async function requestToken(parameters: Readonly<Record<string, string>> = {}, clientId = id) {
  const reply = await fetch(`${admin.origin}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertionOf(clientId),
      ...parameters,
    }),
  })
  return (await reply.json()) as Readonly<Record<string, string>>
}

async function callWith(token = '') {
  const reply = await fetch(`${admin.origin}/admin/session`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return { status: reply.status, ...((await reply.json()) as Record<string, unknown>) }
}

describe('a service account', () => {
  it('has the roles of its scopes', async () => {
    const all = await requestToken()
    expect(all).toMatchObject({ token_type: 'Bearer', scope: 'admin:operator admin:auditor' })
    expect(await callWith(all['access_token'])).toEqual({
      status: 200,
      serviceAccountId: id,
      organization: PLATFORM_ORGANIZATION,
      roles: ['operator', 'auditor'],
    })
    const one = await requestToken({ scope: 'admin:auditor' })
    expect(await callWith(one['access_token'])).toMatchObject({ roles: ['auditor'] })
  })

  it.each(['admin:security', 'admin:owner', 'admin:', 'events', 'admin:auditor admin:owner'])(
    'gets no token with the scope %s',
    async (scope) => {
      expect(await requestToken({ scope })).toMatchObject({ error: 'invalid_scope' })
    },
  )

  it.each<[string, ServiceAccount]>([
    ['owner', { ...ACCOUNT, roles: ['owner'] }],
    ['reviewer', { ...ACCOUNT, roles: ['reviewer'] }],
    ['a role of the platform in a merchant', { ...ACCOUNT, organization: 'kopi' }],
    ['a role of merchants in the platform', { ...ACCOUNT, roles: ['developer'] }],
  ])('gets no token as %s', async (_title, account) => {
    await admin.write(serviceAccountUpdate(id, account, 1))
    expect(await requestToken()).toMatchObject({ error: 'invalid_scope' })
  })

  it('loses at once what its record loses', async () => {
    const { access_token: token } = await requestToken()
    await admin.write(serviceAccountUpdate(id, { ...ACCOUNT, roles: ['auditor'] }, 1))
    expect(await callWith(token)).toMatchObject({ roles: ['auditor'] })
    await admin.write(serviceAccountUpdate(id, { ...ACCOUNT, state: 'suspended' }, 2))
    expect(await callWith(token)).toMatchObject({
      status: 401,
      type: '/docs/problems/sign-in-required',
    })
    expect(await requestToken()).toMatchObject({ error: 'invalid_client' })
    await admin.write(removalOf('serviceAccount', id, 3))
    expect(await requestToken()).toMatchObject({ error: 'invalid_client' })
  })

  it('proves its key with each request', async () => {
    const other = await generateKeyPair('ES256')
    const forged = await assertionOf(id, other.privateKey)
    expect(await requestToken({ client_assertion: forged })).toMatchObject({
      error: 'invalid_client',
    })
    const assertion = await assertionOf(id)
    const first = await requestToken({ client_assertion: assertion })
    expect(first).toMatchObject({ token_type: 'Bearer' })
    expect(await requestToken({ client_assertion: assertion })).toMatchObject({
      error: 'invalid_client',
    })
    expect(await requestToken({}, 'sa_unknown')).toMatchObject({ error: 'invalid_client' })
  })

  it.each(['authorization_code', 'refresh_token', 'x'])('has no grant %s', async (grantType) => {
    expect(await requestToken({ grant_type: grantType })).toMatchObject({
      error: 'unauthorized_client',
    })
  })

  it('has a token for ten minutes, and for the administration alone', async () => {
    const { access_token: token } = await requestToken()
    for (const path of ['/oauth2/events', '/oauth2/userinfo']) {
      const reply = await fetch(admin.origin + path, {
        headers: { authorization: `Bearer ${token}` },
      })
      expect(reply.status).toBe(401)
    }
    admin.server.clock.now += 600
    expect(await callWith(token)).toMatchObject({ status: 401 })
    expect(await callWith('x')).toMatchObject({ status: 401 })
  })
})
