/**
 * @module Who may answer a prompt: the page that opened it first. The URL alone shows nothing and decides nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP_ID,
  consultFor,
  type RawReply,
  send,
  startTestServer,
  type TestServer,
  USER_ID,
  walletCall,
} from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const SCOPE = 'USER_NAME'

type Link = { readonly path: string; readonly consentRequestId: string; readonly sheetHash: string }

async function createPrompt(): Promise<Link> {
  await walletCall(server, 'revoke', { userId: USER_ID, appId: APP_ID, scopes: [SCOPE] })
  await walletCall(server, 'clearDenials', { userId: USER_ID, appId: APP_ID })
  server.clock.now += 1
  const { consentRequestId, sheetHash } = await consultFor(server, [SCOPE])
  return { path: `/consent/${consentRequestId}`, consentRequestId, sheetHash }
}

/** Opens the link as a browser does for a person. */
const visit = (path: string, headers: Record<string, string> = {}): Promise<RawReply> =>
  send(server, path, { ...NAVIGATION, ...headers }, '', 'GET')
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  send(server, path, { ...FORM, ...headers }, new URLSearchParams(form).toString())
const openerOf = ({ body }: RawReply): string =>
  /name="opener" value="([^"]*)"/.exec(body)?.[1] ?? ''
const cookieOf = ({ headers }: RawReply): string =>
  String(headers['set-cookie']).split(';')[0] ?? ''
const showsPrompt = ({ body }: RawReply): boolean => body.includes('name="sheetHash"')
const statusOf = async ({ consentRequestId }: Link): Promise<unknown> =>
  (await walletCall(server, 'complete', { consentRequestId, userId: USER_ID }))['status']

describe('the first page that opens a prompt', () => {
  it('gets a secret, and its answer counts', async () => {
    const link = await createPrompt()
    const page = await visit(link.path)
    expect([page.status, showsPrompt(page)]).toEqual([200, true])
    const { sheetHash } = link
    const answer = { answer: 'allow', sheetHash, opener: openerOf(page) }
    expect((await post(link.path, answer)).status).toBe(303)
    expect(await statusOf(link)).toBe('GRANTED')
  })

  it('may be loaded again with its cookie, and then has another secret', async () => {
    const link = await createPrompt()
    const page = await visit(link.path)
    const again = await visit(link.path, { cookie: cookieOf(page) })
    expect([again.status, showsPrompt(again)]).toEqual([200, true])
    expect(openerOf(again)).not.toBe(openerOf(page))
    // The page that it replaces sends this when it goes away.
    const dismissed = await post(link.path, { answer: 'dismiss', opener: openerOf(page) })
    expect(dismissed.status).toBe(409)
    const { sheetHash } = link
    const answer = { answer: 'allow', sheetHash, opener: openerOf(again) }
    expect((await post(link.path, answer)).status).toBe(303)
    expect(await statusOf(link)).toBe('GRANTED')
  })

  it('may be loaded again with the secret that its script kept, without cookies', async () => {
    const link = await createPrompt()
    const opener = openerOf(await visit(link.path))
    const elsewhere = await visit(link.path)
    expect([elsewhere.status, elsewhere.body.includes('id="openElsewhere"')]).toEqual([409, true])
    const again = await post(`${link.path}/open`, { opener })
    expect([again.status, showsPrompt(again)]).toEqual([200, true])
  })

  it('answers with its cookie alone', async () => {
    const link = await createPrompt()
    const cookie = cookieOf(await visit(link.path))
    const { sheetHash } = link
    expect((await post(link.path, { answer: 'allow', sheetHash }, { cookie })).status).toBe(303)
    expect(await statusOf(link)).toBe('GRANTED')
  })

  it('is one of 32 that open it at once', async () => {
    const link = await createPrompt()
    const pages = await Promise.all(Array.from({ length: 32 }, () => visit(link.path)))
    expect(pages.filter(showsPrompt)).toHaveLength(1)
    expect(pages.filter(({ status }) => status === 409)).toHaveLength(31)
  })

  it('has a cookie for this prompt only, which scripts cannot read', async () => {
    const link = await createPrompt()
    const { headers } = await visit(link.path)
    expect(String(headers['set-cookie'])).toBe(
      `${cookieOf({ headers } as RawReply)}; Path=${link.path}; HttpOnly; Max-Age=600; SameSite=Strict`,
    )
  })
})

describe('somebody else who knows the URL', () => {
  it('sees nothing of the request, and cannot answer, dismiss or open it', async () => {
    const link = await createPrompt()
    const page = await visit(link.path)
    const { sheetHash } = link
    const replies = [
      await visit(link.path),
      await send(server, link.path, {}, '', 'GET'),
      await post(`${link.path}/open`, {}),
      await post(`${link.path}/open`, { opener: 'guessed' }),
      await post(link.path, { answer: 'allow', sheetHash }),
      await post(link.path, { answer: 'allow', sheetHash, opener: 'guessed' }),
      await post(link.path, { answer: 'allow', sheetHash }, { cookie: 'assent_opener=guessed' }),
      await post(link.path, { answer: 'dismiss' }),
    ]
    for (const reply of replies) {
      expect(reply.status).toBe(409)
      expect(reply.headers['set-cookie']).toBeUndefined()
      expect(reply.body).toContain('This request is open somewhere else')
      for (const text of ['Kopi House', 'Maria', sheetHash]) expect(reply.body).not.toContain(text)
    }
    const answer = { answer: 'allow', sheetHash, opener: openerOf(page) }
    expect((await post(link.path, answer)).status).toBe(303)
  })

  it('cannot answer a prompt that no page has opened', async () => {
    const link = await createPrompt()
    const { sheetHash } = link
    const reply = await post(link.path, { answer: 'allow', sheetHash })
    expect([reply.status, showsPrompt(reply)]).toEqual([200, false])
    expect(await statusOf(link)).toBe('DISMISSED')
  })

  it('leaves the wallet free to open a new prompt', async () => {
    const link = await createPrompt()
    await visit(link.path)
    server.clock.now += 1
    const next = await consultFor(server, [SCOPE])
    expect(next['status']).toBe('CONSENT_REQUIRED')
    expect(showsPrompt(await visit(`/consent/${next['consentRequestId']}`))).toBe(true)
  })
})

describe('a program that looks at the URL', () => {
  it.each<[string, string, Record<string, string>]>([
    ['a link preview', 'GET', { 'user-agent': 'WhatsApp/2.23' }],
    ['a check of the link', 'HEAD', {}],
    ['a check of the link by a browser', 'HEAD', NAVIGATION],
    ['a prefetch', 'GET', { ...NAVIGATION, 'sec-purpose': 'prefetch' }],
    ['a prerendering', 'GET', { ...NAVIGATION, 'sec-purpose': 'prefetch;prerender' }],
    ['an old prefetch', 'GET', { ...NAVIGATION, purpose: 'prefetch' }],
    ['a script', 'GET', { 'sec-fetch-mode': 'cors' }],
  ])('sees nothing, and does not open the prompt: %s', async (_name, method, headers) => {
    const link = await createPrompt()
    const looked = await send(server, link.path, headers, '', method)
    expect([looked.status, looked.headers['set-cookie']]).toEqual([200, undefined])
    for (const text of ['Kopi House', 'Maria']) expect(looked.body).not.toContain(text)
    expect(showsPrompt(await visit(link.path))).toBe(true)
  })
})

describe('a web view that says nothing about itself', () => {
  it('opens the prompt with the form of the opening page', async () => {
    const link = await createPrompt()
    const opening = await send(server, link.path, {}, '', 'GET')
    expect(opening.body).toContain(`action="${link.path}/open"`)
    expect(opening.body).toContain('>Continue</button>')
    const page = await post(`${link.path}/open`, { opener: '' })
    expect([page.status, showsPrompt(page)]).toEqual([200, true])
    const { sheetHash } = link
    const answer = { answer: 'decline', sheetHash, opener: openerOf(page) }
    expect((await post(link.path, answer)).status).toBe(303)
    expect(await statusOf(link)).toBe('DECLINED')
  })
})

describe('another site', () => {
  const issuer = 'http://127.0.0.1:7300'
  it.each<[Record<string, string>, boolean]>([
    [{}, true],
    [{ origin: issuer }, true],
    [{ origin: issuer, 'sec-fetch-site': 'same-origin' }, true],
    [{ origin: 'null' }, false],
    [{ origin: 'null', 'sec-fetch-site': 'same-origin' }, false],
    [{ origin: 'null', 'sec-fetch-site': 'cross-site' }, false],
    [{ origin: 'https://evil.example' }, false],
    [{ origin: issuer, 'sec-fetch-site': 'cross-site' }, false],
    [{ origin: issuer, 'sec-fetch-site': 'same-site' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
  ])('with the headers %j may open and answer: %s', async (headers, isPermitted) => {
    const link = await createPrompt()
    const opened = await post(`${link.path}/open`, {}, headers)
    expect([opened.status, showsPrompt(opened)]).toEqual(isPermitted ? [200, true] : [400, false])
    const opener = openerOf(isPermitted ? opened : await visit(link.path))
    const { sheetHash } = link
    const answered = await post(link.path, { answer: 'allow', sheetHash, opener }, headers)
    expect(answered.status).toBe(isPermitted ? 303 : 400)
  })
})

it('writes neither the link nor the secret to the log or the metrics', async () => {
  const link = await createPrompt()
  const page = await visit(link.path)
  const opener = openerOf(page)
  await send(server, link.path, {}, '', 'GET')
  await visit(`${link.path}x`)
  await post(link.path, { answer: 'perhaps', opener }, { referer: `https://a.example${link.path}` })
  await post(link.path, { answer: 'allow', sheetHash: link.sheetHash, opener })
  await visit(`${link.path}/done`)
  await visit(`${link.path}/nothing`)
  await walletCall(server, 'complete', { consentRequestId: link.consentRequestId, userId: USER_ID })
  const written = `${server.log.join('')}${await server.readMetrics()}`
  expect(written).toContain('/consent/:id')
  for (const secret of [link.consentRequestId, link.consentRequestId.slice(3), opener])
    expect(written).not.toContain(secret)
})
