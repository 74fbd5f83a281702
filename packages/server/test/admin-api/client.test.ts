/**
 * @module The generated client of the admin API against a running server.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import {
  AdminApiError,
  type AdminClient,
  browserSession,
  changeRecord,
  createAdminClient,
  itemsOf,
  serviceAccount,
  unwrap,
} from '@assent/admin-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serviceAccountUpdate } from '../../src/engine/admin/records.ts'
import { type ApiServer, startApiServer } from '../support/admin-api.ts'

let api: ApiServer
let admin: AdminClient
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const tokenRequests: string[] = []
beforeAll(async () => {
  api = await startApiServer()
  const account = {
    organization: 'platform',
    name: 'Onboarding',
    roles: ['operator'],
    state: 'active',
    jwks: [key.publicKey.export({ format: 'jwk' }) as never],
  } as const
  await api.write(serviceAccountUpdate('sa_client', account, 0))
  admin = clientWith(async (input, init) => {
    const request = new Request(input, init)
    if (request.url.endsWith('/oauth2/token')) tokenRequests.push(request.url)
    return fetch(request)
  })
})
afterAll(() => api.close())

function clientWith(send: typeof fetch): AdminClient {
  const privateKey = key.privateKey.export({ format: 'jwk' }) as JsonWebKey
  return createAdminClient({
    issuer: api.origin,
    authorize: serviceAccount({ id: 'sa_client', key: privateKey }),
    fetch: send,
  })
}

function newPublicKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

const path = { clientId: 'bean-works' }

it('onboards a merchant with one token', async () => {
  const organization = {
    id: 'bean-works',
    name: 'Bean Works',
    country: 'PH',
    state: 'active',
  } as const
  await Promise.all([
    unwrap(admin.GET('/clients')),
    unwrap(admin.POST('/organizations', { body: organization })),
  ])
  await unwrap(
    admin.POST('/clients', {
      body: {
        clientId: 'bean-works',
        organization: 'bean-works',
        name: 'Bean Works',
        keys: [{ version: 1, publicKey: newPublicKey() }],
      },
    }),
  )
  await unwrap(
    admin.POST('/clients/{clientId}/keys', {
      params: { path },
      body: { version: 2, publicKey: newPublicKey(), state: 'ANNOUNCED' },
    }),
  )
  const miniProgram = await unwrap(
    admin.POST('/mini-programs', {
      body: {
        appId: 'bean-app',
        clientId: 'bean-works',
        name: 'Bean App',
        domains: ['https://bean.example'],
        scopes: ['auth_base'],
      },
    }),
  )
  expect(miniProgram).toMatchObject({ appId: 'bean-app', version: 1 })
  expect(tokenRequests).toHaveLength(1)
})

it('changes a record from its version, and again when somebody else was first', async () => {
  const names: (string | undefined)[] = []
  const change = (name: string) =>
    changeRecord(
      () => admin.GET('/clients/{clientId}', { params: { path } }),
      async (client, header) => {
        names.push(client.name)
        if (names.length === 1) await change('Beans First')
        return admin.PATCH('/clients/{clientId}', { params: { path, header }, body: { name } })
      },
    )
  expect(await change('Beans Second')).toMatchObject({ name: 'Beans Second' })
  expect(names).toEqual(['Bean Works', 'Bean Works', 'Beans First'])
})

it('reads a list over all pages', async () => {
  const limit = 2
  const pages: number[] = []
  const read = itemsOf((query) => {
    pages.push(pages.length)
    return admin.GET('/changes', { params: { query: { ...query, limit } } })
  })
  const sequences: number[] = []
  for await (const { sequence } of read) sequences.push(sequence)
  expect(new Set(sequences).size).toBe(sequences.length)
  expect(sequences.length).toBeGreaterThan(limit)
  expect(pages.length).toBeGreaterThan(1)
})

it('throws the problem of a refusal', async () => {
  const refused = unwrap(admin.GET('/clients/{clientId}', { params: { path: { clientId: 'no' } } }))
  await expect(refused).rejects.toThrow(AdminApiError)
  await expect(refused).rejects.toMatchObject({ status: 404, code: 'not-found' })
})

it('creates once although the first response is lost', async () => {
  let losses = 0
  const lossy = clientWith(async (input, init) => {
    const request = new Request(input, init)
    const response = await fetch(request.clone())
    if (!request.url.endsWith('/organizations') || losses++ > 0) return response
    throw new TypeError('The connection broke.')
  })
  const id = `once-${randomUUID().slice(0, 8)}`
  const body = { id, name: `Once ${id}`, state: 'active' as const }
  const created = await lossy.POST('/organizations', { body })
  expect(created.data).toMatchObject({ id, version: 1 })
  expect(created.response.headers.get('idempotency-replayed')).toBe('true')
})

it('uses the session of a browser', async () => {
  const { memberId } = await api.callerOf('owner')
  const cookie = `__Host-assent-admin=${await api.sessionOf({ id: memberId, version: 1 })}`
  const page = createAdminClient({
    issuer: api.origin,
    authorize: browserSession(),
    // What a browser adds.
    fetch(input, init) {
      const request = new Request(input, init)
      request.headers.set('cookie', cookie)
      request.headers.set('origin', api.origin)
      return fetch(request)
    },
  })
  const body = { id: 'by-session', name: 'By Session', state: 'active' as const }
  expect(await unwrap(page.POST('/organizations', { body }))).toMatchObject({ id: 'by-session' })
})
