/**
 * @module Records of the registry over the admin API: create, read, list, change, replace and remove them, with versions and a log.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiCaller, type ApiServer, startApiServer } from '../support/admin-api.ts'
import { SCOPE_TEXTS } from '../support/admin-records.ts'
import { keyPairOf } from '../support/keys.ts'
import { CLIENT_ID } from '../support/server.ts'

let api: ApiServer
let owner: ApiCaller
beforeAll(async () => {
  api = await startApiServer()
  owner = await api.callerOf('owner')
})
afterAll(() => api.close())

const key = (name: string) => ({ version: 1, publicKey: keyPairOf(name).publicKey })

type Case = {
  readonly path: string
  readonly id: string
  readonly create: Readonly<Record<string, unknown>>
  readonly patch: Readonly<Record<string, unknown>>
  /** What a read shows after the patch. */
  readonly patched: Readonly<Record<string, unknown>>
}

const CASES: readonly Case[] = [
  {
    path: '/organizations',
    id: 'bistro',
    create: { id: 'bistro', name: 'Bistro Ltd', state: 'active', country: 'SG' },
    patch: { country: null, contact: 'help@bistro.example' },
    patched: { name: 'Bistro Ltd', contact: 'help@bistro.example' },
  },
  {
    path: '/scopes',
    id: 'SEAT',
    create: { scope: 'SEAT', fields: ['nickName'], texts: SCOPE_TEXTS },
    patch: { sensitivity: 'sensitive' },
    patched: { sensitivity: 'sensitive', fields: ['nickName'] },
  },
  {
    path: '/apis',
    id: 'seats',
    create: {
      name: 'seats',
      paths: ['/v1/seats'],
      upstream: 'http://seats.internal',
      scopes: ['LOYALTY_TIER'],
    },
    patch: { limits: { perUser: 5 } },
    patched: { limits: { perUser: 5 } },
  },
  {
    path: '/wallets',
    id: 'wallet-x',
    create: { walletId: 'wallet-x', name: 'Wallet X', keys: [key('wallet-x')] },
    patch: { theme: { accent: '#123456' } },
    patched: { theme: { accent: '#123456' } },
  },
  {
    path: '/clients',
    id: 'bistro-shop',
    create: {
      clientId: 'bistro-shop',
      name: 'Bistro Shop',
      organization: 'kopi',
      keys: [key('bistro-shop')],
    },
    patch: { notifyUrl: 'https://bistro.example/notify' },
    patched: { notifyUrl: 'https://bistro.example/notify', organization: 'kopi' },
  },
  {
    path: '/mini-programs',
    id: 'bistro-app',
    create: {
      appId: 'bistro-app',
      clientId: 'kopi-house',
      name: 'Bistro App',
      domains: [],
      scopes: ['auth_base'],
    },
    patch: { scopes: ['auth_base', 'auth_user'], policyUrl: 'https://bistro.example/p' },
    patched: { scopes: ['auth_base', 'auth_user'], policyUrl: 'https://bistro.example/p' },
  },
  {
    path: '/oauth-clients',
    id: 'bistro-web',
    create: {
      clientId: 'bistro-web',
      merchantId: 'kopi-house',
      appId: 'kopi-app',
      tokenEndpointAuthMethod: 'none',
      redirectUris: ['https://bistro.example/cb'],
    },
    patch: { redirectUris: ['https://bistro.example/cb2'] },
    patched: { redirectUris: ['https://bistro.example/cb2'] },
  },
  {
    path: '/service-accounts',
    id: 'sa_bistro',
    create: {
      id: 'sa_bistro',
      organization: 'kopi',
      name: 'Bistro',
      roles: ['developer'],
      state: 'active',
      jwks: [
        {
          kty: 'EC',
          crv: 'P-256',
          x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
          y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
        },
      ],
    },
    patch: { state: 'suspended' },
    patched: { state: 'suspended' },
  },
]

describe.each(CASES)('$path', ({ path, id, create, patch, patched }) => {
  const item = `${path}/${id}`

  it('is created, read, listed, changed, replaced and removed', async () => {
    const created = await owner.call('POST', path, { body: create })
    expect([created.status, created.body]).toMatchObject([
      201,
      { ...create, version: 1, owner: 'registry' },
    ])
    expect(created.headers.get('location')).toBe(`/admin/v1${item}`)
    expect(created.headers.get('etag')).toBe('"1"')
    expect((await owner.call('POST', path, { body: create })).body.type).toBe(
      '/docs/problems/exists',
    )

    const read = await owner.call('GET', item)
    expect(read).toMatchObject({ status: 200, body: created.body })
    const list = await owner.call('GET', `${path}?limit=200`)
    expect(list.body.items).toContainEqual(read.body)

    expect((await owner.call('PATCH', item, { body: patch })).body.type).toBe(
      '/docs/problems/version-required',
    )
    expect((await owner.call('PATCH', item, { body: patch, version: 7 })).body.type).toBe(
      '/docs/problems/stale',
    )
    const changed = await owner.call('PATCH', item, { body: patch, version: 1 })
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"'])
    expect((await owner.call('GET', item)).body).toMatchObject({ ...patched, version: 2 })

    const replaced = await owner.call('PUT', item, {
      body: { ...changed.body, ...create },
      version: 2,
    })
    expect([replaced.status, replaced.body.version]).toEqual([200, 3])
    expect((await owner.call('DELETE', item, { version: 2 })).status).toBe(412)
    expect((await owner.call('DELETE', item, { version: 3 })).status).toBe(204)
    expect((await owner.call('GET', item)).body.type).toBe('/docs/problems/not-found')
    expect((await owner.call('POST', path, { body: create })).body.version).toBe(5)
    expect((await owner.call('DELETE', item, { version: 5 })).status).toBe(204)
  })
})

it('null in a patch removes a member', async () => {
  const { body } = await owner.call('GET', '/organizations/prata')
  const path = '/organizations/prata'
  const set = await owner.call('PATCH', path, { body: { country: 'SG' }, version: body.version })
  expect(set.body.country).toBe('SG')
  const removed = await owner.call('PATCH', path, {
    body: { country: null },
    version: set.body.version,
  })
  expect(removed.body).not.toHaveProperty('country')
})

describe('a change', () => {
  it('is in the log with who, why, the request id and each member', async () => {
    const body = { contact: 'mailto:new@kopi.example' }
    const { headers } = await owner.call('GET', '/organizations/kopi')
    const version = Number(headers.get('etag')?.slice(1, -1))
    const reply = await owner.call('PATCH', '/organizations/kopi?reason=New%20address', {
      body,
      version,
      headers: { 'request-id': 'req-77' },
    })
    expect(reply.headers.get('request-id')).toBe('req-77')
    const log = await owner.call('GET', '/changes?kind=organization&id=kopi&limit=1')
    const [change] = log.body.items
    expect(change).toMatchObject({
      actor: `member ${owner.memberId}`,
      source: 'api',
      reason: 'New address',
      requestId: 'req-77',
      records: [{ kind: 'organization', id: 'kopi' }],
    })
    const detail = await owner.call('GET', `/changes/${change.sequence}`)
    expect(detail.body.changes).toEqual([
      {
        kind: 'organization',
        id: 'kopi',
        version: version + 1,
        action: 'changed',
        fields: [{ path: 'contact', after: JSON.stringify(body.contact) }],
      },
    ])
  })

  it('is only tried with dryRun, and says what it would do', async () => {
    const before = await owner.call('GET', '/changes?limit=1')
    const tried = await owner.call('POST', '/organizations?dryRun=true', {
      body: { id: 'dry', name: 'Dry', state: 'active' },
    })
    expect(tried).toMatchObject({
      status: 200,
      body: { dryRun: true, needsApproval: false, changes: [{ id: 'dry', action: 'created' }] },
    })
    const duplicate = await owner.call('POST', '/clients?dryRun=true', {
      body: { clientId: 'dup', name: 'Dup', keys: [key('kopi-house')] },
    })
    expect(duplicate.body.type).toBe('/docs/problems/conflict')
    expect((await owner.call('GET', '/organizations/dry')).status).toBe(404)
    expect((await owner.call('GET', '/changes?limit=1')).body).toEqual(before.body)
  })

  it('of a record of a file names both owners', async () => {
    const reply = await owner.call('PATCH', `/clients/${CLIENT_ID}`, {
      body: { country: 'SG' },
      version: 1,
    })
    expect([reply.status, reply.body.type]).toEqual([409, '/docs/problems/other-owner'])
    expect(reply.body.detail).toMatch(/belongs to assent\.yaml.* records of registry/)
  })
})

describe('a record that does not fit', () => {
  it.each<[string, string, unknown, number, string]>([
    ['a wrong type', '/organizations', { id: 'x', name: 5, state: 'active' }, 400, '/name'],
    [
      'an unknown member',
      '/organizations',
      { id: 'x', name: 'x', state: 'active', role: 1 },
      400,
      '/role',
    ],
    [
      'a path as a key',
      '/clients',
      { clientId: 'p', name: 'P', keys: [{ version: 1, publicKey: '/etc/passwd' }] },
      400,
      '/keys/0/publicKey',
    ],
    [
      'a path as an icon',
      '/mini-programs',
      {
        appId: 'i',
        clientId: 'kopi-house',
        name: 'I',
        domains: [],
        scopes: ['auth_base'],
        icon: 'icon.png',
      },
      400,
      '/icon',
    ],
    [
      'a rule of files',
      '/mini-programs',
      {
        appId: 'i',
        clientId: 'kopi-house',
        name: 'I',
        domains: ['http://shop.example/x'],
        scopes: ['auth_base'],
      },
      400,
      '/domains/0',
    ],
    [
      'a name that looks like another',
      '/clients',
      { clientId: 'l', name: 'Bean Traders', keys: [key('look-alike')] },
      409,
      '',
    ],
    [
      'a key of somebody else',
      '/wallets',
      { walletId: 'w', name: 'W', keys: [key('teh-house')] },
      409,
      '',
    ],
    [
      'a client that does not exist',
      '/mini-programs',
      { appId: 'n', clientId: 'nobody', name: 'N', domains: [], scopes: ['auth_base'] },
      409,
      '',
    ],
    [
      'a scope that does not exist',
      '/mini-programs',
      { appId: 'n', clientId: 'kopi-house', name: 'N', domains: [], scopes: ['NOPE'] },
      409,
      '',
    ],
    [
      'a mini program of another merchant',
      '/oauth-clients',
      {
        clientId: 'o',
        merchantId: 'kopi-house',
        appId: 'teh-app',
        tokenEndpointAuthMethod: 'none',
        redirectUris: ['https://o.example/'],
      },
      409,
      '',
    ],
  ])('is refused: %s', async (_title, path, body, status, pointer) => {
    const reply = await owner.call('POST', path, { body })
    expect([reply.status, reply.body.detail]).toEqual([status, expect.any(String)])
    if (pointer !== '')
      expect(reply.body.errors).toContainEqual(expect.objectContaining({ pointer }))
  })

  it('is not removed while others point to it', async () => {
    const reply = await owner.call('DELETE', '/clients/teh-house', { version: 1 })
    expect([reply.status, reply.body.type]).toEqual([409, '/docs/problems/conflict'])
    expect(reply.body.detail).toContain('teh-app')
  })
})

describe('an image', () => {
  const icon =
    'data:image/svg+xml;base64,' +
    Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>',
    ).toString('base64')

  it('of a request becomes one of the registry, which the server serves', async () => {
    const body = { icon }
    const { body: before } = await owner.call('GET', '/mini-programs/kopi-app')
    const reply = await owner.call('PATCH', '/mini-programs/kopi-app', {
      body,
      version: before.version,
    })
    expect(reply.body.icon).toMatch(/^sha256-[0-9a-f]{64}$/)
    const again = await owner.call('PUT', '/mini-programs/kopi-app', {
      body: reply.body,
      version: reply.body.version,
    })
    expect([again.status, again.body.icon]).toEqual([200, reply.body.icon])
    const served = await fetch(`${api.origin}/consent/icons/kopi-app`)
    expect(served.headers.get('content-type')).toContain('image/svg+xml')
  })
})

describe('keys of a client', () => {
  it('are announced, activated, retired and removed by version', async () => {
    const path = '/clients/kopi-house/keys'
    const next = { version: 9, publicKey: keyPairOf('kopi-next').publicKey, state: 'ANNOUNCED' }
    const added = await owner.call('POST', path, { body: next })
    expect([added.status, added.body]).toEqual([201, next])
    expect((await owner.call('POST', path, { body: next })).body.type).toBe('/docs/problems/exists')
    const change = async (key: number, state: string) => {
      const { headers } = await owner.call('GET', path)
      const version = Number(headers.get('etag')?.slice(1, -1))
      return owner.call('PATCH', `${path}/${key}`, { body: { state }, version })
    }
    expect((await change(1, 'RETIRED')).body.type).toBe('/docs/problems/conflict')
    expect((await change(9, 'ACTIVE')).body.state).toBe('ACTIVE')
    expect((await change(1, 'RETIRED')).body.state).toBe('RETIRED')
    const keys = (await owner.call('GET', path)).body.items
    expect(
      keys.map(({ version, state }: { version: number; state: string }) => [version, state]),
    ).toEqual([
      [1, 'RETIRED'],
      [2, 'RETIRED'],
      [9, 'ACTIVE'],
    ])
    expect((await owner.call('GET', `${path}/77`)).status).toBe(404)
  })
})
