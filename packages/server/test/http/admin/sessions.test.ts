/**
 * @module Sessions of administrators over HTTP: how long they last, what ends them, and requests that other sites send.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memberUpdate, organizationUpdate, removalOf } from '../../../src/engine/admin/records.ts'
import {
  type AdminServer,
  createTestBrowser,
  platformMember,
  signedInMember,
  startAdminServer,
} from '../../support/admin-server.ts'

const COOKIE = '__Host-assent-admin'

let admin: AdminServer
let members = 0
beforeAll(async () => {
  admin = await startAdminServer()
})
afterAll(() => admin.close())

const newMember = (): string => `member-${++members}`

/** @returns the status of a request with the session of a browser */
async function statusOf(browser: { fetch(path: string): Promise<Response> }): Promise<number> {
  return (await browser.fetch('/admin/session')).status
}

describe('a session', () => {
  it('says who has signed in', async () => {
    const id = newMember()
    const { browser } = await signedInMember(admin, id, 'auditor')
    const reply = await browser.fetch('/admin/session')
    expect(await reply.json()).toMatchObject({
      memberId: id,
      organization: 'platform',
      roles: ['auditor'],
      csrfToken: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(reply.headers.get('cache-control')).toBe('no-store')
  })

  it.each([
    ['15 minutes without a request', 900, 1],
    ['8 hours, however much it is used', 600, 48],
  ])('ends after %s', async (_title, step, steps) => {
    const { browser } = await signedInMember(admin, newMember(), 'support')
    for (let n = 1; n < steps; n++) {
      admin.server.clock.now += step
      expect(await statusOf(browser)).toBe(200)
    }
    admin.server.clock.now += step
    expect(await statusOf(browser)).toBe(401)
  })

  it.each([
    [
      'a change of the role',
      (id: string) => memberUpdate(id, platformMember('viewer' as never), 1),
    ],
    [
      'a suspension',
      (id: string) => memberUpdate(id, { ...platformMember('owner'), state: 'suspended' }, 1),
    ],
    ['a removal', (id: string) => removalOf('member', id, 1)],
  ])('ends at once with %s of the member', async (_title, update) => {
    const id = newMember()
    const { browser, csrfToken } = await signedInMember(admin, id, 'owner')
    await admin.write(update(id))
    expect(await statusOf(browser)).toBe(401)
    const reply = await browser.fetch('/admin/sign-out', {
      method: 'POST',
      headers: { 'csrf-token': csrfToken },
    })
    expect(reply.status).toBe(401)
  })

  it('ends for all members of an organization that is suspended', async () => {
    const id = newMember()
    const kopi = { name: 'Kopi House', state: 'active' } as const
    const member = { ...platformMember('owner'), organization: 'kopi' }
    await admin.write(organizationUpdate('kopi', kopi, 0), memberUpdate(id, member, 0))
    const browser = createTestBrowser(admin.origin)
    browser.cookies.set(COOKIE, await admin.sessionOf({ id, version: 1 }))
    expect(await statusOf(browser)).toBe(200)
    await admin.write(organizationUpdate('kopi', { ...kopi, state: 'suspended' }, 1))
    expect(await statusOf(browser)).toBe(401)
  })

  it('ends with the sign-out, also for a copy of the cookie', async () => {
    const { browser, csrfToken } = await signedInMember(admin, newMember(), 'owner')
    const copy = createTestBrowser(admin.origin)
    copy.cookies.set(COOKIE, browser.cookies.get(COOKIE) ?? '')
    const reply = await browser.fetch('/admin/sign-out', {
      method: 'POST',
      body: new URLSearchParams({ 'csrf-token': csrfToken }),
    })
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/admin/sign-in'])
    expect([await statusOf(copy), browser.cookies.has(COOKIE)]).toEqual([401, false])
  })

  it.each(['', 'x', 'a'.repeat(43), '../../x', '%00'])('is none with the id %j', async (id) => {
    const browser = createTestBrowser(admin.origin)
    browser.cookies.set(COOKIE, id)
    expect(await statusOf(browser)).toBe(401)
  })

  it('is not found by the hash that the store has', async () => {
    const { browser } = await signedInMember(admin, newMember(), 'owner')
    const id = browser.cookies.get(COOKIE) ?? ''
    browser.cookies.set(COOKIE, admin.ports.hasher.sha256(id))
    expect(await statusOf(browser)).toBe(401)
  })
})

describe('a request that changes something', () => {
  it.each([
    ['no token', {}, undefined],
    ['an empty token', { 'csrf-token': '' }, undefined],
    ['the token of another session', {}, 'other'],
    ['the origin of another site', { origin: 'https://evil.example' }, 'own'],
    ['the origin of a sandboxed frame', { origin: 'null' }, 'own'],
    ['the origin of another port', { origin: 'http://localhost:1' }, 'own'],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }, 'own'],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }, 'own'],
    ['Sec-Fetch-Site: none', { 'sec-fetch-site': 'none' }, 'own'],
  ])('is refused with %s', async (_title, headers, token) => {
    const { browser, csrfToken } = await signedInMember(admin, newMember(), 'owner')
    const other = await signedInMember(admin, newMember(), 'owner')
    const tokens = { own: csrfToken, other: other.csrfToken }
    const reply = await browser.fetch('/admin/sign-out', {
      method: 'POST',
      headers: {
        ...(token !== undefined && { 'csrf-token': tokens[token as keyof typeof tokens] }),
        ...(headers as Record<string, string>),
      },
    })
    expect([reply.status, await reply.json()]).toMatchObject([
      403,
      { type: '/docs/problems/cross-site' },
    ])
    expect(await statusOf(browser)).toBe(200)
  })

  it('is refused from a client that says nothing about its page', async () => {
    const { browser, csrfToken } = await signedInMember(admin, newMember(), 'owner')
    const reply = await fetch(`${admin.origin}/admin/sign-out`, {
      method: 'POST',
      headers: {
        cookie: `${COOKIE}=${browser.cookies.get(COOKIE)}`,
        'csrf-token': csrfToken,
      },
    })
    expect(reply.status).toBe(403)
  })
})

describe('without the section administrators', () => {
  it('there is no administration', async () => {
    const { startTestServer } = await import('../../support/server.ts')
    const server = await startTestServer()
    const replies = await Promise.all(
      ['/admin', '/admin/sign-in', '/admin/session'].map((path) => fetch(server.url + path)),
    )
    for (const reply of replies) expect(await reply.text()).not.toContain('passkey')
    expect(server.firstOwner).toBeUndefined()
    await server.close()
  })
})
