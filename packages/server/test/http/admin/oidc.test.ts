/**
 * @module Administrators sign in at an identity provider, with both servers over real connections.
 */
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOidcProvider } from '../../../src/http/admin/sign-in/oidc.ts'
import {
  type AdminServer,
  createTestBrowser,
  startAdminServer,
  type TestBrowser,
} from '../../support/admin-server.ts'
import {
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from '../../support/identity-provider.ts'

const SESSION = '__Host-assent-admin'
const ROLES = { 'wallet-admins': 'owner', helpdesk: 'support' } as const
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

let identity: IdentityProvider
let admin: AdminServer
beforeAll(async () => {
  admin = await startAdminServer(async (folder, origin) => {
    const jwk = { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' }
    identity = await startIdentityProvider(`${origin}/admin/sign-in/callback`, {
      keys: [jwk as never],
    })
    const clientSecretFile = join(folder, 'client-secret')
    writeFileSync(clientSecretFile, `${CLIENT_SECRET}\n`)
    return { oidc: { issuer: identity.url, clientId: 'assent', clientSecretFile, roles: ROLES } }
  })
})
afterAll(async () => {
  await admin.close()
  await identity.close()
})

const pathOf = (url: string): string => url.slice(admin.origin.length)

/** @returns the path of the callback with its code */
async function callbackFor(browser: TestBrowser, person: string): Promise<string> {
  const begun = await browser.fetch('/admin/sign-in/oidc')
  expect(begun.status).toBe(303)
  identity.current = person
  return pathOf(await identity.signIn(begun.headers.get('location') ?? ''))
}

async function signIn(person: string, browser = createTestBrowser(admin.origin)) {
  const reply = await browser.fetch(await callbackFor(browser, person))
  return { browser, reply, html: await reply.text() }
}

async function rolesOf(browser: TestBrowser): Promise<unknown> {
  const reply = await browser.fetch('/admin/session')
  return reply.ok ? ((await reply.json()) as { roles: unknown }).roles : reply.status
}

describe('sign-in at the identity provider', () => {
  it('gives the role of the groups, and a session', async () => {
    identity.people.set('ana', ['staff', 'wallet-admins'])
    const { browser, reply, html } = await signIn('ana')
    expect(reply.status).toBe(200)
    expect(html).toContain('You are signed in')
    expect(await rolesOf(browser)).toEqual(['owner'])
    const [session = '', begun = ''] = reply.headers.getSetCookie()
    expect(session).toMatch(
      /^__Host-assent-admin=[\w-]{43}; Path=\/; Max-Age=28800; Secure; HttpOnly; SameSite=Strict$/,
    )
    expect(begun).toMatch(/^__Host-assent-admin-sign-in=; Path=\/; Max-Age=0; Secure; HttpOnly/)
    const home = await (await browser.fetch('/admin')).text()
    expect(home).toContain('Name of ana')
  })

  it('prints no link of a first owner, because a group gives the role', () => {
    expect(admin.server.firstOwner).toBeUndefined()
  })

  it.each([
    ['no groups', undefined],
    ['groups without a role', ['staff']],
    ['names from the prototype of objects', ['constructor', '__proto__', 'toString']],
  ])('refuses a person with %s', async (_title, groups) => {
    identity.people.delete('bob')
    if (groups) identity.people.set('bob', groups)
    const { browser, reply, html } = await signIn('bob')
    expect(reply.status).toBe(400)
    expect(html).toContain('None of your groups has a role here.')
    expect(browser.cookies.has(SESSION)).toBe(false)
  })

  it('ends other sessions of a person whose groups have changed', async () => {
    identity.people.set('cyd', ['wallet-admins'])
    const first = await signIn('cyd')
    const second = await signIn('cyd')
    expect([await rolesOf(first.browser), await rolesOf(second.browser)]).toEqual([
      ['owner'],
      ['owner'],
    ])
    identity.people.set('cyd', ['helpdesk'])
    const third = await signIn('cyd')
    expect(await rolesOf(third.browser)).toEqual(['support'])
    expect([await rolesOf(first.browser), await rolesOf(second.browser)]).toEqual([401, 401])
    identity.people.set('cyd', [])
    await signIn('cyd')
    expect(await rolesOf(third.browser)).toBe(401)
  })

  it('starts a new session, whatever the browser had (session fixation)', async () => {
    identity.people.set('dan', ['helpdesk'])
    const browser = createTestBrowser(admin.origin)
    browser.cookies.set(SESSION, 'f'.repeat(43))
    await signIn('dan', browser)
    const first = browser.cookies.get(SESSION)
    expect(first).not.toBe('f'.repeat(43))
    const copy = createTestBrowser(admin.origin)
    copy.cookies.set(SESSION, first ?? '')
    await signIn('dan', browser)
    expect(browser.cookies.get(SESSION)).not.toBe(first)
    expect([await rolesOf(copy), await rolesOf(browser)]).toEqual([401, ['support']])
  })

  it.each<[string, (callback: string, browser: TestBrowser) => Promise<[string, TestBrowser]>]>([
    [
      'in a browser that has not begun it (login CSRF)',
      async (callback) => [callback, createTestBrowser(admin.origin)],
    ],
    [
      'in a browser that has begun another one',
      async (callback) => {
        const other = createTestBrowser(admin.origin)
        await callbackFor(other, 'eva')
        return [callback, other]
      },
    ],
    [
      'with another state',
      async (callback, browser) => [callback.replace(/state=[^&]*/, 'state=x'), browser],
    ],
    [
      'without a state',
      async (callback, browser) => [callback.replace(/state=[^&]*/, ''), browser],
    ],
    [
      'with another code',
      async (callback, browser) => [callback.replace(/code=[^&]*/, 'code=x'), browser],
    ],
    [
      'with an error',
      async (callback, browser) => [callback.replace(/code=[^&]*/, 'error=access_denied'), browser],
    ],
    [
      'of another issuer (mix-up)',
      async (callback, browser) => [
        callback.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fevil.example'),
        browser,
      ],
    ],
    [
      'too late',
      async (callback, browser) => {
        admin.server.clock.now += 601
        return [callback, browser]
      },
    ],
  ])('refuses a callback %s', async (_title, change) => {
    identity.people.set('eva', ['wallet-admins'])
    const browser = createTestBrowser(admin.origin)
    const [path, other] = await change(await callbackFor(browser, 'eva'), browser)
    const reply = await other.fetch(path)
    expect(reply.status).toBe(400)
    expect(other.cookies.has(SESSION)).toBe(false)
    expect(await reply.text()).toContain('Try again.')
  })

  it('accepts a callback once, also from a copy of the browser', async () => {
    identity.people.set('fay', ['helpdesk'])
    const browser = createTestBrowser(admin.origin)
    const callback = await callbackFor(browser, 'fay')
    const copies = Array.from({ length: 8 }, () => {
      const copy = createTestBrowser(admin.origin)
      for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
      return copy
    })
    expect((await browser.fetch(callback)).status).toBe(200)
    const replies = await Promise.all(copies.map((copy) => copy.fetch(callback)))
    expect(replies.map(({ status }) => status)).toEqual(copies.map(() => 400))
  })

  it('says when the identity provider does not respond, and tries again', async () => {
    const settings = {
      issuer: 'http://127.0.0.1:9',
      clientId: 'assent',
      credential: { secret: CLIENT_SECRET },
      groupsClaim: 'groups',
      scopes: ['openid'],
      roles: ROLES,
      redirectUri: `${admin.origin}/admin/sign-in/callback`,
    }
    const provider = createOidcProvider(settings)
    await expect(provider.begin()).rejects.toThrow()
    await expect(provider.begin()).rejects.toThrow()
  })

  it('authenticates with a private key as well', async () => {
    const provider = createOidcProvider({
      issuer: identity.url,
      clientId: 'with-key',
      credential: { privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() },
      groupsClaim: 'groups',
      scopes: ['openid', 'profile'],
      roles: ROLES,
      redirectUri: `${admin.origin}/admin/sign-in/callback`,
    })
    identity.people.set('gus', ['helpdesk'])
    identity.current = 'gus'
    const { url, begun } = await provider.begin()
    const { search } = new URL(await identity.signIn(url))
    await expect(provider.finish(search, { ...begun, nonce: 'x' })).rejects.toThrow()
    const second = await provider.begin()
    const callback = new URL(await identity.signIn(second.url))
    expect(await provider.finish(callback.search, second.begun)).toEqual({
      issuer: identity.url,
      subject: 'gus',
      name: 'Name of gus',
      groups: ['helpdesk'],
    })
  })
})
