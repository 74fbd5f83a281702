/**
 * @module The privacy page over HTTP: one-time links, sessions, withdrawal, export, protection against other users and sites, and themes.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP_ID,
  codeFor,
  expectRevokedEverywhere,
  inquire,
  OTHER_APP_ID,
  redeem,
  send,
  startTestServer,
  type TestServer,
  testConfig,
  USER_ID,
  walletCall,
} from '../../support/server.ts'

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"/>'

/** What a browser sends when a person opens a link. */
const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

let server: TestServer
beforeAll(async () => {
  const config = testConfig()
  const [wallet] = config.wallets
  if (wallet)
    wallet.theme = { accent: '#0a5c36', accentDark: '#7fd1a6', radius: 4, font: 'Our Sans' }
  server = await startTestServer(config)
})
afterAll(() => server.close())

type Page = { readonly status: number; readonly html: string; readonly headers: Headers }

/** A browser that keeps one cookie. */
class Browser {
  cookie = ''

  async get(path: string): Promise<Page> {
    return this.send(path, {})
  }

  async post(path: string, form: Record<string, string> = {}, headers = {}): Promise<Page> {
    return this.send(path, { method: 'POST', body: new URLSearchParams(form), headers })
  }

  private async send(path: string, init: RequestInit): Promise<Page> {
    const response = await fetch(new URL(path, server.url), {
      ...init,
      redirect: 'manual',
      headers: { 'sec-fetch-site': 'same-origin', ...init.headers, cookie: this.cookie },
    })
    const [set = ''] = (response.headers.get('set-cookie') ?? '').split(';')
    if (set) this.cookie = set
    return { status: response.status, html: await response.text(), headers: response.headers }
  }
}

async function createLink(userId = USER_ID, locale = 'en'): Promise<string> {
  const { url } = await walletCall(server, 'createPrivacyLink', { userId, locale })
  return new URL(url).pathname
}

async function openPage(userId = USER_ID): Promise<Browser> {
  const browser = new Browser()
  const { status, headers } = await browser.post(await createLink(userId))
  expect([status, headers.get('location')]).toEqual([303, '/privacy'])
  return browser
}

describe('privacy link', () => {
  it('opens a session once within a minute, with a cookie that scripts cannot read', async () => {
    const link = await createLink()
    const { status, headers } = await new Browser().post(link)
    expect(status).toBe(303)
    expect(headers.get('set-cookie')).toMatch(
      /^assent_page=ps_[\w-]+; Path=\/privacy; HttpOnly; Max-Age=900; SameSite=Strict$/,
    )
    const second = await new Browser().post(link)
    expect(second.status).toBe(403)
    expect(second.html).toContain('This page has expired')
    const late = await createLink()
    server.clock.now += 61
    expect((await new Browser().post(late)).status).toBe(403)
    expect((await new Browser().post('/privacy/open/pl_nothing')).status).toBe(403)
  })

  it.each(['GET', 'HEAD'])(
    'is not used up by a program that looks at it with %s',
    async (method) => {
      const link = await createLink()
      const looked = await send(server, link, { 'user-agent': 'LinkPreview/1.0' }, '', method)
      expect([looked.status, looked.headers['set-cookie']]).toEqual([200, undefined])
      const prefetched = await send(
        server,
        link,
        { ...NAVIGATION, 'sec-purpose': 'prefetch' },
        '',
        'GET',
      )
      expect([prefetched.status, prefetched.headers['set-cookie']]).toEqual([200, undefined])
      const opened = await send(server, link, NAVIGATION, '', 'GET')
      expect([opened.status, opened.headers['location']]).toEqual([303, '/privacy'])
      expect((await send(server, link, NAVIGATION, '', 'GET')).status).toBe(403)
    },
  )

  it.each([
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
  ])('is not opened by another site: %j', async (headers) => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', ...headers }
    const link = await createLink()
    expect((await send(server, link, form, '')).status).toBe(400)
    expect((await new Browser().post(link)).status).toBe(303)
  })

  it('is in no line of the log', async () => {
    const link = await createLink()
    const browser = new Browser()
    await browser.get(link)
    await browser.post(link)
    await browser.get('/privacy')
    const [, secret = ''] = link.split('/open/')
    const log = server.log.join('')
    for (const text of [secret, browser.cookie.split('=')[1] ?? '']) expect(log).not.toContain(text)
    expect(await server.readMetrics()).not.toContain(secret)
  })

  it('opens a session of 15 minutes', async () => {
    const browser = await openPage()
    expect((await browser.get('/privacy')).status).toBe(200)
    server.clock.now += 900
    expect((await browser.get('/privacy')).status).toBe(403)
  })

  it.each(['/privacy', `/privacy/apps/${APP_ID}`, '/privacy/export', '/privacy/receipts/x'])(
    'is required for %s: no cookie and a forged cookie are rejected',
    async (path) => {
      const browser = new Browser()
      expect((await browser.get(path)).status).toBe(403)
      browser.cookie = 'assent_page=ps_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
      expect((await browser.get(path)).status).toBe(403)
    },
  )
})

describe('privacy page', () => {
  it('shows all permissions, including implicit scopes, and the access log, and exports all of it', async () => {
    const tokens = await redeem(
      server,
      await codeFor(server, ['auth_base', 'auth_user', 'USER_NAME']),
    )
    await inquire(server, tokens['accessToken'])
    const other = { appId: OTHER_APP_ID }
    await codeFor(server, ['USER_LOGIN_ID'], other)
    // More receipts than the page shows.
    for (let round = 0; round < 25; round++) {
      await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID, scopes: ['USER_NAME'] })
      await codeFor(server, ['USER_NAME'])
    }
    const browser = await openPage()
    const accessLog = async () => (await browser.get(`/privacy/apps/${APP_ID}`)).html
    await expect.poll(accessLog).toContain('full name')
    const list = (await browser.get('/privacy')).html
    for (const text of [
      'Kopi House',
      'Other',
      'recognize you when you come back',
      'see your basic profile',
    ])
      expect(list).toContain(text)
    const file = JSON.parse((await browser.get('/privacy/export')).html)
    const { grants } = await walletCall(server, 'grants', { userId: USER_ID })
    const scopesOf = (all: readonly { appId: string; scopes: readonly { scope: string }[] }[]) =>
      Object.fromEntries(
        all.map(({ appId, scopes }) => [appId, scopes.map(({ scope }) => scope).sort()]),
      )
    expect(scopesOf(file.miniPrograms)).toEqual(scopesOf(grants))
    const { receipts } = await walletCall(server, 'receipts', { userId: USER_ID, limit: 1000 })
    expect(receipts.length).toBeGreaterThan(40)
    const exported = file.miniPrograms.flatMap(
      (one: { receipts: { jws: string }[] }) => one.receipts,
    )
    expect(exported.map(({ jws }: { jws: string }) => jws).sort()).toEqual(
      receipts.map(({ document }: { document: string }) => document).sort(),
    )
    const { accessLog: read } = await walletCall(server, 'accessLog', {
      userId: USER_ID,
      limit: 1000,
    })
    expect(file.miniPrograms.flatMap((one: { accessLog: object[] }) => one.accessLog)).toHaveLength(
      read.length,
    )
  })

  it('withdraws one scope, then all scopes; the token is rejected afterwards', async () => {
    const tokens = await redeem(server, await codeFor(server, ['auth_user', 'USER_NAME']))
    const browser = await openPage()
    const one = await browser.post(`/privacy/apps/${APP_ID}/stop`, { scope: 'USER_NAME' })
    const after = await browser.get(one.headers.get('location') ?? '')
    expect(after.html).toContain('You turned off: \u2068see your full name\u2069.')
    expect(after.html).toContain('data-outcome="changed"')
    const { userInfo } = await inquire(server, tokens['accessToken'])
    expect(userInfo).not.toHaveProperty('userName')
    await browser.post(`/privacy/apps/${APP_ID}/stop`)
    await expectRevokedEverywhere(server, tokens['accessToken'])
  })

  it('confirms a withdrawal only when it happened, whatever the URL claims', async () => {
    await codeFor(server, ['auth_user'])
    const browser = await openPage()
    for (const done of ['stopped', 'auth_user', 'nothing'])
      expect((await browser.get(`/privacy/apps/${APP_ID}?done=${done}`)).html, done).not.toContain(
        'role="status"',
      )
    const stopped = await browser.post(`/privacy/apps/${APP_ID}/stop`)
    expect((await browser.get(stopped.headers.get('location') ?? '')).html).toContain(
      'Kopi House\u2069 no longer has access',
    )
  })

  it('resets denials, so that the mini program may ask again', async () => {
    const browser = await openPage()
    const consulted = await walletCall(server, 'consult', {
      appId: APP_ID,
      userId: USER_ID,
      scopes: ['USER_BIRTHDAY'],
      context: {
        firstScreen: false,
        visible: true,
        userGestureAt: new Date(server.clock.now * 1000).toISOString(),
      },
    })
    const { consentRequestId, sheetHash } = consulted
    await walletCall(server, 'decide', {
      userId: USER_ID,
      consentRequestId,
      sheetHash,
      granted: [],
    })
    expect((await browser.get(`/privacy/apps/${APP_ID}`)).html).toContain('Allow requests again')
    expect((await browser.get(`/privacy/apps/${APP_ID}?done=asks`)).html).not.toContain(
      'can ask you again',
    )
    const done = await browser.post(`/privacy/apps/${APP_ID}/ask`)
    expect((await browser.get(done.headers.get('location') ?? '')).html).toContain(
      'can ask you again',
    )
  })

  it('shows no receipt and no mini program of another user', async () => {
    await codeFor(server, ['auth_user'])
    const { receipts } = await walletCall(server, 'receipts', { userId: USER_ID })
    const path = `/privacy/receipts/${receipts[0].receiptId}`
    const own = await openPage()
    expect((await own.get(path)).html).toContain(receipts[0].receiptId)
    expect(JSON.parse((await own.get(`${path}/file`)).html)).toMatchObject({
      jws: receipts[0].document,
    })
    const others = await openPage('user-bare')
    for (const address of [path, `${path}/file`, `/privacy/apps/${APP_ID}`])
      expect((await others.get(address)).headers.get('location')).toBe('/privacy')
    expect((await others.get('/privacy')).html).toContain(
      'No mini program has access to your information.',
    )
  })

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'same-site' }],
  ])('ignores a form that %s sends', async (_name, headers) => {
    await codeFor(server, ['auth_user'])
    const browser = await openPage()
    const { status } = await browser.post(`/privacy/apps/${APP_ID}/stop`, {}, headers)
    expect(status).toBe(400)
    const { grants } = await walletCall(server, 'grants', { userId: USER_ID, appId: APP_ID })
    expect(grants).toHaveLength(1)
  })

  it('has a strict content security policy on every response, including errors', async () => {
    const browser = await openPage()
    for (const path of ['/privacy', '/privacy/export', '/privacy/apps/x', '/privacy/open/x']) {
      const { headers } = await browser.get(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy, path).toContain("default-src 'none'")
      expect(policy, path).not.toContain('unsafe')
      expect(headers.get('cache-control'), path).toBe('no-store')
    }
  })
})

describe('dates', () => {
  it('are in the time zone of the wallet’s link', async () => {
    await codeFor(server, ['auth_user'])
    const { url } = await walletCall(server, 'createPrivacyLink', {
      userId: USER_ID,
      locale: 'en',
      timeZone: 'Pacific/Kiritimati',
    })
    const { pathname, search } = new URL(url)
    const browser = new Browser()
    await browser.post(pathname + search)
    const { html } = await browser.get(`/privacy/apps/${APP_ID}`)
    expect(html).toContain('GMT+14')
    expect(html).not.toContain('Dates and times are in UTC.')
  })

  it('are in UTC, and the page says so, until the browser tells its time zone', async () => {
    await codeFor(server, ['auth_user'])
    const browser = await openPage()
    const unknown = (await browser.get('/privacy')).html
    expect(unknown).toContain('Dates and times are in UTC.')
    expect(unknown).toContain('data-needs-time-zone="true"')
    await browser.get('/privacy?timeZone=Asia%2FManila')
    const known = (await browser.get('/privacy')).html
    expect(known).toContain('GMT+8')
    expect(known).not.toContain('data-needs-time-zone="true"')
  })

  it.each(['Mars/Olympus', '%00', '', 'x&timeZone=y'])(
    'ignore the time zone “%s”',
    async (zone) => {
      const browser = await openPage()
      const { status, html } = await browser.get(`/privacy?timeZone=${zone}`)
      expect([status, html.includes('UTC')]).toEqual([200, true])
    },
  )

  it('reject an unknown time zone in the wallet’s call', async () => {
    const { result } = await walletCall(server, 'createPrivacyLink', {
      userId: USER_ID,
      timeZone: 'Mars/Olympus',
    })
    expect(result).toMatchObject({ resultCode: 'PARAM_ILLEGAL' })
    expect(result.resultMessage).toContain('timeZone')
  })
})

describe('theme', () => {
  it('styles the page, and the content security policy allows exactly this style', async () => {
    const browser = await openPage()
    const { html, headers } = await browser.get('/privacy')
    expect(html).toContain(
      ':root{--assent-accent:#0a5c36;--assent-radius:4px;--assent-font:Our Sans,sans-serif}',
    )
    expect(html).toContain('--assent-accent:#7fd1a6')
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? []
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))
    const hash = `'sha256-${Buffer.from(digest).toString('base64')}'`
    expect(headers.get('content-security-policy')).toContain(`style-src ${hash}`)
  })

  it('serves a logo of at most 8 KB, and none in place of a larger one', async () => {
    const config = testConfig()
    const [wallet] = config.wallets
    if (!wallet) throw new Error('The test configuration has no wallet.')
    const own = await startTestServer(config)
    writeFileSync(join(own.folder, 'logo.svg'), LOGO)
    writeFileSync(join(own.folder, 'large.svg'), LOGO + ' '.repeat(9000))
    const file = (logo: string): string =>
      JSON.stringify({
        ...config,
        store: `sqlite:${join(own.folder, 'data/assent.db')}`,
        wallets: [{ ...wallet, theme: { logo } }],
      })
    const logo = async (): Promise<number> =>
      (await fetch(`${own.url}/consent/logos/${wallet.walletId}`)).status
    expect(await logo()).toBe(404)
    writeFileSync(join(own.folder, 'assent.yaml'), file('logo.svg'))
    await expect.poll(logo, { timeout: 10_000 }).toBe(200)
    writeFileSync(join(own.folder, 'assent.yaml'), file('large.svg'))
    await expect
      .poll(() => own.log.join('\n'), { timeout: 10_000 })
      .toContain('it must not exceed 8 KB')
    await expect.poll(logo, { timeout: 10_000 }).toBe(404)
    await own.close()
  })
})
