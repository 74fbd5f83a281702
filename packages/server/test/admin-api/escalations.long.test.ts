/**
 * @module Attempts to get more than the own role gives: own promotion, foreign organizations, members of records that the platform decides,
 * sessions and links that have ended, requests of other sites.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Member, memberUpdate, removalOf } from '../../src/engine/admin/records.ts'
import type { Role } from '../../src/engine/admin/roles.ts'
import {
  type ApiCaller,
  type ApiReply,
  type ApiServer,
  callerWith,
  startApiServer,
} from '../support/admin-api.ts'
import { keyPairOf } from '../support/keys.ts'

let api: ApiServer
let head: number
let auditor: ApiCaller
beforeAll(async () => {
  api = await startApiServer()
  auditor = await api.callerOf('auditor')
})
afterAll(() => api.close())

async function sequence(): Promise<number> {
  const { body } = await auditor.call('GET', '/changes?limit=1')
  return body.items[0].sequence
}

const merchant = (role: Role) => api.callerOf(role, 'kopi')
const platform = (role: Role) => api.callerOf(role)

type Attempt = readonly [title: string, attempt: () => Promise<ApiReply>, problems: string]

/** The versions of the records of this test are 1. */
const version = 1

const ATTEMPTS: readonly Attempt[] = [
  [
    'a viewer makes himself an owner',
    async () => {
      const me = await merchant('viewer')
      return me.call('PATCH', `/members/${me.memberId}`, { body: { role: 'owner' }, version })
    },
    'forbidden',
  ],
  [
    'an owner changes the own role',
    async () => {
      const me = await merchant('owner')
      return me.call('PATCH', `/members/${me.memberId}`, { body: { role: 'viewer' }, version })
    },
    'own-record',
  ],
  [
    'an owner removes himself',
    async () => {
      const me = await merchant('owner')
      return me.call('DELETE', `/members/${me.memberId}`, { version })
    },
    'own-record',
  ],
  [
    'a merchant gives a role of the platform',
    async () =>
      (await merchant('owner')).call('PATCH', '/members/member-1', {
        body: { role: 'security' },
        version,
      }),
    'invalid',
  ],
  [
    'a merchant moves a member to the platform',
    async () =>
      (await merchant('owner')).call('PATCH', '/members/member-1', {
        body: { organization: 'platform', role: 'owner' },
        version,
      }),
    'invalid',
  ],
  [
    'a merchant changes whose passkey signs in',
    async () =>
      (await merchant('owner')).call('PATCH', '/members/member-1', {
        body: { identity: { method: 'oidc', issuer: 'https://evil.example', subject: '1' } },
        version,
      }),
    'invalid',
  ],
  [
    'a merchant changes a member of another merchant',
    async () =>
      (await merchant('owner')).call('PATCH', '/members/member-teh', {
        body: { role: 'owner' },
        version,
      }),
    'not-found',
  ],
  [
    'a merchant invites to the platform',
    async () =>
      (await merchant('owner')).call('POST', '/invitations', {
        body: { organization: 'platform', role: 'owner', name: 'X' },
      }),
    'not-found',
  ],
  [
    'a merchant invites to another merchant',
    async () =>
      (await merchant('owner')).call('POST', '/invitations', {
        body: { organization: 'teh', role: 'owner', name: 'X' },
      }),
    'not-found',
  ],
  [
    'an operator invites an owner of the platform',
    async () =>
      (await platform('operator')).call('POST', '/invitations', {
        body: { organization: 'platform', role: 'owner', name: 'X' },
      }),
    'not-found',
  ],
  [
    'an operator promotes a member of the platform',
    async () =>
      (await platform('operator')).call('PATCH', '/members/member-platform', {
        body: { role: 'owner' },
        version,
      }),
    'not-found',
  ],
  [
    'security promotes itself',
    async () => {
      const me = await platform('security')
      return me.call('PATCH', `/members/${me.memberId}`, { body: { role: 'owner' }, version })
    },
    'forbidden',
  ],
  [
    'a developer invites somebody',
    async () =>
      (await merchant('developer')).call('POST', '/invitations', {
        body: { organization: 'kopi', role: 'owner', name: 'X' },
      }),
    'forbidden',
  ],
  [
    'a developer creates a service account',
    async () =>
      (await merchant('developer')).call('POST', '/service-accounts', {
        body: account('sa_dev', 'kopi', 'developer'),
      }),
    'forbidden',
  ],
  [
    'a merchant creates a service account of the platform',
    async () =>
      (await merchant('owner')).call('POST', '/service-accounts', {
        body: account('sa_evil', 'platform', 'operator'),
      }),
    'not-found',
  ],
  [
    'a merchant gives its service account a role of the platform',
    async () =>
      (await merchant('owner')).call('POST', '/service-accounts', {
        body: account('sa_evil', 'kopi', 'operator'),
      }),
    'invalid',
  ],
  [
    'a merchant gives its service account the role owner',
    async () =>
      (await merchant('owner')).call('POST', '/service-accounts', {
        body: account('sa_evil', 'kopi', 'owner'),
      }),
    'invalid',
  ],
  [
    'a merchant moves its service account to the platform',
    async () =>
      (await merchant('owner')).call('PATCH', '/service-accounts/sa_kopi', {
        body: { organization: 'platform', roles: ['operator'] },
        version,
      }),
    'invalid',
  ],
  [
    'a merchant verifies its own mini program',
    async () =>
      (await merchant('developer')).call('PATCH', '/mini-programs/kopi-app', {
        body: { verified: true },
        version,
      }),
    'forbidden',
  ],
  [
    'a merchant creates a verified mini program',
    async () =>
      (await merchant('developer')).call('POST', '/mini-programs', {
        body: { ...miniProgram('kopi-evil', 'kopi-house'), verified: true },
      }),
    'forbidden',
  ],
  [
    'a merchant ends the suspension of its mini program',
    async () =>
      (await merchant('owner')).call('PATCH', '/mini-programs/kopi-app', {
        body: { state: 'ACTIVE' },
        version,
      }),
    'forbidden',
  ],
  [
    'a merchant ends the suspension of its client',
    async () =>
      (await merchant('owner')).call('PATCH', '/clients/kopi-house', {
        body: { state: 'ACTIVE' },
        version,
      }),
    'forbidden',
  ],
  [
    'a merchant gives its client to another organization',
    async () =>
      (await merchant('owner')).call('PATCH', '/clients/kopi-house', {
        body: { organization: 'teh' },
        version,
      }),
    'forbidden',
  ],
  [
    'a merchant permits replays',
    async () =>
      (await merchant('owner')).call('PATCH', '/clients/kopi-house', {
        body: { insecureAllowReplay: true, requestTimeToleranceSeconds: 0 },
        version,
      }),
    'forbidden',
  ],
  [
    'a merchant creates a client',
    async () =>
      (await merchant('owner')).call('POST', '/clients', {
        body: {
          clientId: 'evil',
          name: 'Evil',
          organization: 'kopi',
          keys: [{ version: 1, publicKey: keyPairOf('evil').publicKey }],
        },
      }),
    'forbidden',
  ],
  [
    'a merchant creates a mini program of another client',
    async () =>
      (await merchant('owner')).call('POST', '/mini-programs', {
        body: miniProgram('evil-app', 'teh-house'),
      }),
    'not-found',
  ],
  [
    'a merchant moves its mini program to another client',
    async () =>
      (await merchant('owner')).call('PATCH', '/mini-programs/kopi-app', {
        body: { clientId: 'teh-house' },
        version,
      }),
    'not-found',
  ],
  [
    'a merchant takes a mini program of another client',
    async () =>
      (await merchant('owner')).call('PATCH', '/mini-programs/teh-app', {
        body: { clientId: 'kopi-house' },
        version,
      }),
    'not-found',
  ],
  [
    'a merchant acts for a mini program of another client',
    async () =>
      (await merchant('developer')).call('POST', '/oauth-clients', {
        body: oauth('evil-web', 'kopi-house', 'teh-app'),
      }),
    'conflict',
  ],
  [
    'a merchant creates an OAuth client of another merchant',
    async () =>
      (await merchant('developer')).call('POST', '/oauth-clients', {
        body: oauth('evil-web', 'teh-house', 'teh-app'),
      }),
    'not-found',
  ],
  [
    'a merchant makes its OAuth client a resource server',
    async () =>
      (await merchant('developer')).call('PATCH', '/oauth-clients/kopi-web', {
        body: { resourceServerFor: ['https://api.teh.example'] },
        version,
      }),
    'forbidden',
  ],
  [
    'a merchant adds a key to another client',
    async () =>
      (await merchant('developer')).call('POST', '/clients/teh-house/keys', {
        body: { version: 5, publicKey: keyPairOf('evil').publicKey },
      }),
    'not-found',
  ],
  [
    'a merchant reads the keys of another client',
    async () => (await merchant('owner')).call('GET', '/clients/teh-house/keys'),
    'not-found',
  ],
  [
    'a merchant reads the events of another client',
    async () => (await merchant('owner')).call('GET', '/clients/teh-house/events'),
    'not-found',
  ],
  [
    'a merchant reads the changes of another client',
    async () => (await merchant('owner')).call('GET', '/changes?kind=client&id=teh-house'),
    'not-found',
  ],
  [
    'a merchant lists the records of another organization',
    async () => {
      const { body, ...reply } = await (await merchant('owner')).call(
        'GET',
        '/clients?organization=teh',
      )
      return {
        ...reply,
        status: body.items.length === 0 ? 404 : 200,
        body: { type: '/docs/problems/not-found' },
      }
    },
    'not-found',
  ],
  [
    'a merchant suspends another client',
    async () =>
      (await merchant('owner')).call('POST', '/emergencies/suspensions', {
        body: { kind: 'client', id: 'teh-house', reason: 'x' },
      }),
    'forbidden',
  ],
  [
    'a merchant reports the theft of a key of another client',
    async () =>
      (await merchant('owner')).call('POST', '/emergencies/key-thefts', {
        body: { clientId: 'teh-house', keyVersion: 1, reason: 'x' },
      }),
    'not-found',
  ],
  [
    'a merchant finds grants of a user',
    async () => (await merchant('owner')).call('GET', '/grants?walletId=demo&userId=ana'),
    'forbidden',
  ],
  [
    'a merchant changes a scope',
    async () =>
      (await merchant('owner')).call('PATCH', '/scopes/LOYALTY_TIER', {
        body: { implicit: true },
        version,
      }),
    'forbidden',
  ],
  [
    'a merchant reads the wallets',
    async () => (await merchant('owner')).call('GET', '/wallets'),
    'forbidden',
  ],
  [
    'an auditor rotates a key',
    async () =>
      (await platform('auditor')).call('POST', '/platform-keys/rotations', {
        body: { kind: 'reply', afterSeconds: 60, reason: 'x' },
      }),
    'forbidden',
  ],
  [
    'support erases a user',
    async () =>
      (await platform('support')).call('POST', '/users/erasures', {
        body: { walletId: 'demo', userId: 'x', reason: 'x' },
      }),
    'forbidden',
  ],
  [
    'somebody reads a record by a path in its id',
    async () => (await merchant('owner')).call('GET', '/clients/kopi-house%2F..%2Fteh-house'),
    'not-found',
  ],
  [
    'somebody replaces the id of a record',
    async () =>
      (await merchant('owner')).call('PUT', '/clients/kopi-house', {
        body: {
          clientId: 'teh-house',
          name: 'X',
          organization: 'kopi',
          keys: [{ version: 1, publicKey: keyPairOf('evil').publicKey }],
        },
        version,
      }),
    'invalid',
  ],
]

function account(id: string, organization: string, role: string) {
  const jwk = { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU' }
  const jwks = [{ ...jwk, y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' }]
  return { id, organization, name: 'Program', roles: [role], state: 'active', jwks }
}

function miniProgram(appId: string, clientId: string) {
  return { appId, clientId, name: 'Evil App', domains: [], scopes: ['auth_base'] }
}

function oauth(clientId: string, merchantId: string, appId: string) {
  const redirectUris = ['https://evil.example/cb']
  return { clientId, merchantId, appId, tokenEndpointAuthMethod: 'none', redirectUris }
}

describe('nothing changes when', () => {
  beforeEach(async () => {
    for (const role of ['owner', 'developer', 'viewer'] as const) await merchant(role)
    for (const role of ['operator', 'security', 'support'] as const) await platform(role)
    head = await sequence()
  })

  it('is tried at least 40 times', () => {
    expect(ATTEMPTS.length).toBeGreaterThanOrEqual(40)
  })

  it.each(ATTEMPTS)('%s', async (_title, attempt, problem) => {
    const { status, body } = await attempt()
    expect([status >= 400, body.type]).toEqual([true, `/docs/problems/${problem}`])
    expect(await sequence()).toBe(head)
  })
})

it('does not learn whose a key or a name is', async () => {
  const developer = await merchant('developer')
  const version = 1
  const replies = [
    await developer.call('POST', '/clients/kopi-house/keys', {
      body: { version: 8, publicKey: keyPairOf('teh-house').publicKey },
    }),
    await developer.call('PATCH', '/mini-programs/kopi-app', {
      body: { name: 'Leaf Bar' },
      version,
    }),
  ]
  for (const { status, body } of replies) {
    expect([status, body.type]).toEqual([409, '/docs/problems/conflict'])
    expect(JSON.stringify(body)).not.toMatch(/teh-|registry/)
  }
})

describe('a session', () => {
  let members = 0

  async function newMember(role: Role): Promise<{ caller: ApiCaller; id: string; member: Member }> {
    const id = `temporary-${++members}`
    const member: Member = {
      organization: 'kopi',
      role,
      name: 'Temporary',
      state: 'active',
      identity: { method: 'passkey' },
    }
    await api.write(memberUpdate(id, member, 0))
    return {
      caller: await callerWith(api, id, await api.sessionOf({ id, version: 1 })),
      id,
      member,
    }
  }

  it('ends with the role, the membership and the organization', async () => {
    const demoted = await newMember('owner')
    const owner = await platform('owner')
    await owner.call('PATCH', `/members/${demoted.id}`, { body: { role: 'viewer' }, version: 1 })
    expect((await demoted.caller.call('GET', '/clients')).status).toBe(401)
    const removed = await newMember('owner')
    await api.write(removalOf('member', removed.id, 1))
    expect((await removed.caller.call('GET', '/clients')).status).toBe(401)
    const suspended = await newMember('owner')
    await owner.call('PATCH', `/members/${suspended.id}`, {
      body: { state: 'suspended' },
      version: 1,
    })
    expect((await suspended.caller.call('GET', '/clients')).status).toBe(401)
  })

  it.each([
    ['without a csrf-token', { 'csrf-token': '' }],
    ['with the token of another session', { 'csrf-token': 'x'.repeat(43) }],
    ['from another site', { origin: 'https://evil.example' }],
    ['from a sandboxed frame', { origin: 'null' }],
    ['from a page of the same site', { 'sec-fetch-site': 'same-site' }],
  ])('changes nothing %s', async (_title, headers) => {
    const { caller } = await newMember('owner')
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const path = method === 'POST' ? '/invitations' : '/organizations/kopi'
      const reply = await caller.call(method, path, { body: {}, version: 1, headers })
      expect([method, reply.status, reply.body.type]).toEqual([
        method,
        403,
        '/docs/problems/cross-site',
      ])
    }
  })
})
