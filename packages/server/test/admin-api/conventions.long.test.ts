/**
 * @module What all operations of the admin API have in common: pages, repeated requests, versions, problems and limits.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memberUpdate } from '../../src/engine/admin/records.ts'
import { PROBLEMS, typeOfProblem } from '../../src/http/admin/problem-table.ts'
import { type ApiCaller, type ApiServer, callerWith, startApiServer } from '../support/admin-api.ts'
import { platformMember, signedInMember, startAdminServer } from '../support/admin-server.ts'
import { send } from '../support/server.ts'

let api: ApiServer
let owner: ApiCaller
beforeAll(async () => {
  api = await startApiServer()
  owner = await api.callerOf('owner')
})
afterAll(() => api.close())

const organization = (id: string) => ({ id, name: `Company ${id}`, state: 'active' })
const KEY = 'a-random-key-0001'

describe('a list', () => {
  it('has pages that together have each record once', async () => {
    const ids: string[] = []
    let path: string | undefined = '/organizations?limit=2'
    while (path !== undefined) {
      const {
        headers,
        body,
      }: { headers: Headers; body: { items: { id: string }[]; next?: string } } = await owner.call(
        'GET',
        path,
      )
      expect(body.items.length).toBeLessThanOrEqual(2)
      ids.push(...body.items.map(({ id }) => id))
      const [, next] = /^<\/admin\/v1([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '') ?? []
      expect(next === undefined).toBe(body.next === undefined)
      path = next
    }
    const all = await owner.call('GET', '/organizations?limit=200')
    expect(ids).toEqual(all.body.items.map(({ id }: { id: string }) => id))
    expect(ids.length).toBeGreaterThan(3)
  })

  it('has pages of the records of an organization, client by client', async () => {
    const merchant = await api.callerOf('viewer', 'teh')
    const first = await merchant.call('GET', '/mini-programs?limit=1')
    const second = await merchant.call('GET', `/mini-programs?limit=1&cursor=${first.body.next}`)
    expect([first, second].map(({ body }) => body.items[0].appId)).toEqual([
      'teh-app',
      'teh-old-app',
    ])
  })

  it.each(['x', '', 'W10', 'eyJhIjoxfQ', Buffer.from('[1]').toString('base64url')])(
    'refuses the cursor %j',
    async (cursor) => {
      const { status } = await owner.call('GET', `/organizations?cursor=${cursor}`)
      expect(status).toBe(400)
    },
  )

  it('gives nobody records of others by a forged cursor', async () => {
    const merchant = await api.callerOf('viewer', 'kopi')
    const cursor = Buffer.from(JSON.stringify(['teh-house', 'a'])).toString('base64url')
    const { body } = await merchant.call('GET', `/mini-programs?cursor=${cursor}`)
    expect(JSON.stringify(body.items)).not.toContain('teh')
  })
})

describe('a repeated request', () => {
  it('gets the reply of the first one, and happens once', async () => {
    const headers = { 'idempotency-key': `${KEY}-a` }
    const request = { body: organization('once'), headers }
    const [first, second] = [
      await owner.call('POST', '/organizations', request),
      await owner.call('POST', '/organizations', request),
    ]
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body).toEqual(first.body)
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect(second.headers.get('location')).toBe('/admin/v1/organizations/once')
    const other = await owner.call('POST', '/organizations', {
      body: organization('twice'),
      headers,
    })
    expect([other.status, other.body.type]).toEqual([422, '/docs/problems/key-reused'])
    const operator = await api.callerOf('operator')
    expect(
      (await operator.call('POST', '/organizations', { body: organization('mine'), headers }))
        .status,
    ).toBe(201)
  })

  it('happens once when it is sent at the same time', async () => {
    const caller = await fresh('parallel')
    const request = { body: organization('parallel'), headers: { 'idempotency-key': `${KEY}-b` } }
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => caller.call('POST', '/organizations', request)),
    )
    const statuses = replies.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(0)
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true)
    const history = await caller.call('GET', '/changes?kind=organization&id=parallel')
    expect(history.body.items).toHaveLength(1)
  })

  it('may be corrected with the same key when it has failed', async () => {
    const caller = await fresh('corrected')
    const headers = { 'idempotency-key': `${KEY}-c` }
    const failed = await caller.call('POST', '/organizations', {
      body: organization('platform'),
      headers,
    })
    expect(failed.status).toBe(409)
    const corrected = await caller.call('POST', '/organizations', {
      body: organization('corrected'),
      headers,
    })
    expect(corrected.status).toBe(201)
  })

  it('does not get a link again', async () => {
    const caller = await fresh('links')
    const request = {
      body: { organization: 'kopi', role: 'viewer', name: 'Guest' },
      headers: { 'idempotency-key': `${KEY}-d` },
    }
    const first = await caller.call('POST', '/invitations', request)
    expect(first.body.link).toMatch(/\/admin\/invitation#iv_/)
    const second = await caller.call('POST', '/invitations', request)
    expect(second.body).toEqual({ ...first.body, link: undefined })
  })
})

/** An owner with a new session. */
async function fresh(name: string): Promise<ApiCaller> {
  await api.write(memberUpdate(name, platformMember('owner'), 0))
  return callerWith(api, name, await api.sessionOf({ id: name, version: 1 }))
}

describe('a request', () => {
  it.each<[string, string, string, Parameters<ApiCaller['call']>[2], number, string]>([
    [
      'with an unknown parameter',
      'POST',
      '/organizations?dryrun=true',
      { body: organization('x') },
      400,
      'invalid',
    ],
    ['with a repeated parameter', 'GET', '/organizations?limit=1&limit=2', {}, 400, 'invalid'],
    ['with a limit of 0', 'GET', '/organizations?limit=0', {}, 400, 'invalid'],
    ['with a limit of 201', 'GET', '/organizations?limit=201', {}, 400, 'invalid'],
    ['with a body that is no JSON', 'POST', '/organizations', { body: '{' }, 400, 'invalid'],
    ['with a list as its body', 'POST', '/organizations', { body: [] }, 400, 'invalid'],
    [
      'with a member twice',
      'POST',
      '/organizations',
      { body: '{"id":"a","id":"b"}' },
      400,
      'invalid',
    ],
    [
      'with null for a member',
      'POST',
      '/organizations',
      { body: { ...organization('x'), contact: null } },
      400,
      'invalid',
    ],
    [
      'with a wrong value under a name with a line break',
      'POST',
      '/apis',
      {
        body: {
          name: 'lines',
          paths: ['/v1/lines'],
          upstream: 'http://lines.internal/',
          scopes: ['LOYALTY_TIER'],
          fields: { 'LOYALTY\nTIER': 5 },
        },
      },
      400,
      'invalid',
    ],
    ['with an id without its kind', 'GET', '/changes?id=kopi', {}, 400, 'invalid'],
    ['with a kind without an id', 'GET', '/changes?kind=organization', {}, 400, 'invalid'],
    [
      'with a weak If-Match',
      'DELETE',
      '/organizations/kopi',
      { headers: { 'if-match': 'W/"1"' } },
      400,
      'invalid',
    ],
    ['without If-Match', 'DELETE', '/organizations/kopi', {}, 428, 'version-required'],
    [
      'with a short Idempotency-Key',
      'POST',
      '/organizations',
      { body: organization('x'), headers: { 'idempotency-key': 'x' } },
      400,
      'invalid',
    ],
    [
      'with a strange Request-Id',
      'GET',
      '/organizations',
      { headers: { 'request-id': 'a b' } },
      400,
      'invalid',
    ],
    [
      'with another media type',
      'POST',
      '/organizations',
      { body: 'x', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported-media-type',
    ],
    [
      'of more than a megabyte',
      'POST',
      '/organizations',
      { body: { ...organization('x'), contact: 'x'.repeat(1_100_000) } },
      413,
      'too-large',
    ],
    ['of an unknown resource', 'GET', '/unknown', {}, 404, 'not-found'],
    [
      'with a method that the resource does not have',
      'DELETE',
      '/organizations',
      {},
      405,
      'method-not-allowed',
    ],
    [
      'with spaces as its reason',
      'POST',
      '/organizations?reason=%20',
      { body: organization('x') },
      400,
      'invalid',
    ],
    [
      'with spaces as the reason of its body',
      'POST',
      '/emergencies/suspensions',
      { body: { kind: 'client', id: 'teh-house', reason: ' ' } },
      400,
      'invalid',
    ],
    [
      'that names an invisible text',
      'POST',
      '/organizations',
      { body: { ...organization('x'), name: '' } },
      400,
      'invalid',
    ],
  ])('is refused %s', async (_title, method, path, request, status, code) => {
    const caller = await fresh(`refused-${Math.trunc(performance.now() * 1000)}`)
    const reply = await caller.call(method, path, request)
    expect([reply.status, reply.body.type]).toEqual([
      status,
      typeOfProblem(code as keyof typeof PROBLEMS),
    ])
    expect(reply.headers.get('content-type')).toContain('application/problem+json')
  })

  it.each(['TRACE', 'HEAD', 'OPTIONS', 'PUT', 'PATCH'])(
    'with the method %s that the resource does not have is refused',
    async (method) => {
      const path = '/admin/v1/emergencies/suspensions'
      const reply = await send(api.server, path, {}, '', method)
      expect([reply.status, reply.headers['allow']]).toEqual([405, 'POST'])
    },
  )

  it('without a body may announce one, as proxies do', async () => {
    const { browser, csrfToken } = await signedInMember(api, 'chunked', 'owner')
    const headers = { 'transfer-encoding': 'chunked', 'csrf-token': csrfToken, origin: api.origin }
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const path = '/admin/v1/clients/kopi-house/events/test'
    const accepted = await send(api.server, path, { ...headers, cookie }, '')
    expect([accepted.status, accepted.body]).toEqual([200, expect.stringContaining('test-')])
    const refused = await send(api.server, path, { ...headers, cookie }, 'x')
    expect([refused.status, refused.body]).toEqual([
      415,
      expect.stringContaining('application/merge-patch+json'),
    ])
  })

  it('may ask for the headers of what it can read', async () => {
    const { status, headers } = await owner.call('HEAD', '/organizations/kopi')
    expect([status, headers.get('etag')]).toEqual([200, expect.stringMatching(/^"\d+"$/)])
    const refused = await send(api.server, '/admin/v1/nodes', {}, '', 'TRACE')
    expect(refused.headers['allow']).toBe('GET, HEAD')
  })

  it('without a session is refused, and the document is public', async () => {
    const reply = await fetch(`${api.origin}/admin/v1/organizations`)
    expect(reply.status).toBe(401)
    expect((await fetch(`${api.origin}/admin/v1/openapi.json`)).status).toBe(200)
  })

  it('beyond the limit of a minute is refused', async () => {
    const limited = await startAdminServer(() => ({ maxRequestsPerMinute: 3 }))
    const { browser } = await signedInMember(limited, 'busy', 'owner')
    const statuses: number[] = []
    for (let n = 0; n < 4; n++) statuses.push((await browser.fetch('/admin/v1/nodes')).status)
    const last = await browser.fetch('/admin/v1/nodes')
    expect(statuses).toEqual([200, 200, 200, 429])
    expect(last.headers.get('retry-after')).toBe('60')
    await limited.close()
  })

  it('names a problem that has a page', async () => {
    for (const code of Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[]) {
      const page = await fetch(api.origin + typeOfProblem(code))
      expect([code, page.status]).toEqual([code, 200])
    }
  })
})
