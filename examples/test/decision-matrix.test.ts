/**
 * @module The decision, in real Chromium: required or not × for how long × remembered × changed × a minor × not verified. Each
 * row says what is asked, what is done on the sheet, and what comes of it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { launchBrowser, startTestDemo, type TestDemo } from './browser.ts'
import { walletOf } from './looks.ts'

const MARIA = 'u-1001'
const LIA = 'u-1003'

let browser: Browser
let context: BrowserContext
let demo: TestDemo
let page: Page
beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchBrowser(), startTestDemo()])
  context = await browser.newContext({ reducedMotion: 'reduce' })
  page = await context.newPage()
})
afterAll(async () => {
  await browser.close()
  await demo.close()
})

type RequestedScopes =
  | string
  | { readonly scope: string; readonly required?: boolean; readonly lifetime?: string }

type Row = {
  readonly name: string
  readonly appId?: string
  readonly ask: readonly RequestedScopes[]
  /** Switches and radios that are turned, by their values. */
  readonly turn?: readonly string[]
  readonly lifetime?: string
  readonly answer?: 'allow' | 'decline'
  /** What is shown, in order; `!` needs no switch, `<` stands under the one before. */
  readonly shown: readonly string[]
  readonly granted: readonly string[]
  readonly offered?: readonly string[]
  readonly held?: string
}

async function consult(ask: readonly RequestedScopes[], appId: string, userId = MARIA) {
  const { reply } = await walletOf(demo)('consult', {
    userId,
    appId,
    scopes: ask as never,
    context: {
      firstScreen: false,
      visible: true,
      userGestureAt: new Date().toISOString(),
      locale: 'en',
    },
  })
  return reply
}

async function afresh(appId: string, userId = MARIA): Promise<void> {
  await walletOf(demo)('revoke', { userId, appId })
  await walletOf(demo)('clearDenials', { userId, appId })
}

/** What the page shows, read from the page. */
async function shown(): Promise<readonly string[]> {
  return page.locator('.rows > li').evaluateAll((rows) =>
    rows.flatMap((row) =>
      [...row.querySelectorAll('.row')].map((one) => {
        const input = one.querySelector('input')
        const isSmaller = one.closest('.narrower') !== null
        const value = input?.value ?? one.querySelector('.title')?.textContent ?? ''
        return `${isSmaller ? '<' : ''}${input?.type === 'checkbox' ? '' : '!'}${value}`
      }),
    ),
  )
}

async function decide({ turn = [], lifetime, answer = 'allow' }: Partial<Row>): Promise<void> {
  for (const value of turn) await page.locator(`.rows input[value="${value}"]`).check()
  // The input lies over its label, invisible: it is what is tapped.
  if (lifetime !== undefined) await page.locator(`.duration input[value="${lifetime}"]`).check()
  await page.waitForTimeout(550)
  await page.locator(`button[value="${answer}"]`).click()
  await page.locator('.status-page').waitFor()
}

async function lifetimes(): Promise<readonly string[]> {
  return page
    .locator('.duration input')
    .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value))
}

const PROFILE = 'see your basic profile'
const ALL = ['once', '30d', 'until_withdrawn']

const ROWS: readonly Row[] = [
  {
    name: 'one scope: nothing to switch, allowed',
    ask: ['auth_user'],
    shown: [`!${PROFILE}`],
    granted: ['auth_user'],
    offered: ALL,
    held: '30d',
  },
  {
    name: 'one scope, refused',
    ask: ['auth_user'],
    answer: 'decline',
    shown: [`!${PROFILE}`],
    granted: [],
  },
  {
    name: 'required and optional: the option stays off',
    ask: [{ scope: 'auth_user', required: true }, 'USER_BIRTHDAY'],
    shown: [`!${PROFILE}`, 'USER_BIRTHDAY'],
    granted: ['auth_user'],
  },
  {
    name: 'required and optional: both',
    ask: [{ scope: 'auth_user', required: true }, 'USER_BIRTHDAY'],
    turn: ['USER_BIRTHDAY'],
    lifetime: 'until_withdrawn',
    shown: [`!${PROFILE}`, 'USER_BIRTHDAY'],
    granted: ['auth_user', 'USER_BIRTHDAY'],
    held: 'until_withdrawn',
  },
  {
    name: 'options alone: one of three',
    ask: ['auth_user', 'USER_BIRTHDAY', 'USER_NAME'],
    turn: ['USER_NAME'],
    lifetime: 'once',
    shown: ['auth_user', 'USER_BIRTHDAY', 'USER_NAME'],
    granted: ['USER_NAME'],
    held: 'once',
  },
  {
    name: 'the mini program asks for once: nothing longer is offered',
    ask: [{ scope: 'auth_user', lifetime: 'once' }],
    shown: [`!${PROFILE}`],
    offered: ['once'],
    granted: ['auth_user'],
    held: 'once',
  },
  {
    name: 'restricted: not until withdrawn',
    ask: ['CARD_LIST'],
    shown: ['!see the cards in your wallet'],
    offered: ['once', '30d'],
    granted: ['CARD_LIST'],
    held: '30d',
  },
  {
    name: 'not verified: the smaller answer is chosen until another is',
    appId: 'pixel-arcade',
    ask: [{ scope: 'USER_BIRTHDAY', required: true }, 'USER_AGE_OVER_18'],
    shown: ['!USER_BIRTHDAY', '<!USER_AGE_OVER_18'],
    granted: ['USER_AGE_OVER_18'],
  },
  {
    name: 'not verified: the whole answer, when the user says so',
    appId: 'pixel-arcade',
    ask: [{ scope: 'USER_BIRTHDAY', required: true }, 'USER_AGE_OVER_18'],
    turn: ['USER_BIRTHDAY'],
    shown: ['!USER_BIRTHDAY', '<!USER_AGE_OVER_18'],
    granted: ['USER_BIRTHDAY'],
  },
  {
    name: 'an option with a smaller answer: neither is on',
    appId: 'pixel-arcade',
    ask: [{ scope: 'USER_BIRTHDAY', required: true }, 'PLAINTEXT_EMAIL_ADDRESS', 'RELAY_EMAIL'],
    turn: ['RELAY_EMAIL'],
    shown: ['!see your date of birth', 'PLAINTEXT_EMAIL_ADDRESS', '<RELAY_EMAIL'],
    granted: ['USER_BIRTHDAY', 'RELAY_EMAIL'],
  },
]

describe('asked for the first time', () => {
  it.each(ROWS)('$name', async (row) => {
    const appId = row.appId ?? 'kopi-house'
    await afresh(appId)
    const asked = await consult(row.ask, appId)
    if (!('sheet' in asked)) throw new Error(JSON.stringify(asked))
    await page.goto(asked.consentUrl)
    // What is seen is what is signed.
    expect(await page.locator('input[name=sheetHash]').inputValue()).toBe(asked.sheetHash)
    expect(await page.locator('.warn').count()).toBe(appId === 'pixel-arcade' ? 1 : 0)
    expect(await shown()).toEqual(row.shown)
    expect(await page.locator('input[type=checkbox]:checked').count()).toBe(0)
    if (row.offered) expect(await lifetimes()).toEqual(row.offered)
    await decide(row)
    const { consentRequestId } = asked
    const { reply } = await walletOf(demo)('complete', { userId: MARIA, consentRequestId })
    const success = 'authSuccessScopes' in reply ? reply.authSuccessScopes : []
    expect([...success].sort()).toEqual([...row.granted].sort())
    if (row.held === undefined) return
    const granted = await walletOf(demo)('grants', { userId: MARIA, appId })
    const [grant] = 'grants' in granted.reply ? granted.reply.grants : []
    const held = grant?.scopes.filter(({ silent }) => !silent) ?? []
    expect(new Set(held.map(({ lifetime }) => lifetime))).toEqual(new Set([row.held]))
  })
})

describe('asked again', () => {
  const APP = 'kopi-house'
  async function allow(ask: readonly RequestedScopes[], how: Partial<Row> = {}): Promise<void> {
    const asked = await consult(ask, APP)
    if (!('sheet' in asked)) throw new Error(JSON.stringify(asked))
    await page.goto(asked.consentUrl)
    await decide(how)
    await walletOf(demo)('complete', { userId: MARIA, consentRequestId: asked.consentRequestId })
  }
  /** What the next sheet would show; nothing: there is none. */
  async function nextSheet(ask: readonly RequestedScopes[]): Promise<readonly string[] | string> {
    const asked = await consult(ask, APP)
    if (!('sheet' in asked)) return 'status' in asked ? asked.status : asked.result.resultCode
    await page.goto(asked.consentUrl)
    const rows = await shown()
    await walletOf(demo)('complete', { userId: MARIA, consentRequestId: asked.consentRequestId })
    return rows
  }

  it.each<{
    name: string
    before: readonly RequestedScopes[]
    how?: Partial<Row>
    ask: readonly RequestedScopes[]
    next: readonly string[] | string
  }>([
    {
      name: 'the same: nothing is shown',
      before: ['auth_user'],
      ask: ['auth_user'],
      next: 'GRANTED',
    },
    {
      name: 'more: the new part alone',
      before: ['auth_user'],
      ask: ['auth_user', 'USER_NAME'],
      next: ['!see your full name'],
    },
    {
      name: 'what was for once: all of it',
      before: ['auth_user'],
      how: { lifetime: 'once' },
      ask: ['auth_user'],
      next: [`!${PROFILE}`],
    },
    {
      name: 'what was refused: not today',
      before: ['auth_user'],
      how: { answer: 'decline' },
      ask: ['auth_user'],
      next: 'DECLINED_RECENTLY',
    },
    {
      name: 'an option that was refused: the rest goes on',
      before: [{ scope: 'auth_user', required: true }, 'USER_NAME'],
      ask: ['auth_user', 'USER_NAME'],
      next: 'GRANTED',
    },
    {
      name: 'an option that was refused, now required: it is told',
      before: [{ scope: 'auth_user', required: true }, 'USER_NAME'],
      ask: ['auth_user', { scope: 'USER_NAME', required: true }],
      next: 'DECLINED_RECENTLY',
    },
  ])('$name', async ({ before, how, ask, next }) => {
    await afresh(APP)
    await allow(before, how)
    expect(await nextSheet(ask)).toEqual(next)
  })

  it('with another purpose: that part, and it says the new one', async () => {
    await afresh(APP)
    await allow(['auth_user', 'USER_BIRTHDAY'], { turn: ['auth_user', 'USER_BIRTHDAY'] })
    expect(await nextSheet(['auth_user', 'USER_BIRTHDAY'])).toBe('GRANTED')
    const path = join(demo.folder, 'assent.yaml')
    const config = parse(readFileSync(path, 'utf8'))
    config.clients[0].miniPrograms[0].purposes.USER_BIRTHDAY.en = 'To send you a card on the day.'
    writeFileSync(path, stringify(config))
    await expect
      .poll(() => nextSheet(['auth_user', 'USER_BIRTHDAY']), { timeout: 10_000 })
      .toEqual(['!see your date of birth'])
    expect(await page.locator('.purpose').innerText()).toBe('To send you a card on the day.')
  })
})

describe('a minor', () => {
  it('waits for the guardian, who sees the same sheet and is told whose it is', async () => {
    await afresh('kopi-house', LIA)
    const parked = await consult(['auth_user'], 'kopi-house', LIA)
    expect(parked.result.resultCode).toBe('GUARDIAN_PENDING')
    const { reply: opened } = await walletOf(demo)('openGuardianRequest', {
      userId: MARIA,
      minorId: LIA,
      appId: 'kopi-house',
      locale: 'en',
    })
    if (!('consentUrl' in opened)) throw new Error(JSON.stringify(opened))
    await page.goto(opened.consentUrl)
    await page.getByText('You decide for a child in your care.').waitFor()
    expect(await page.locator('.value').innerText()).toContain('Lia')
    await decide({})
    const { reply } = await walletOf(demo)('complete', {
      userId: MARIA,
      consentRequestId: opened.consentRequestId,
    })
    expect(reply).toMatchObject({ status: 'APPROVED_BY_GUARDIAN' })
    expect(await consult(['auth_user'], 'kopi-house', LIA)).toMatchObject({ status: 'GRANTED' })
  })
})

describe('a mini program that is not verified', () => {
  it('shows nothing to who is no tester of it', async () => {
    const asked = await consult(['USER_BIRTHDAY'], 'pixel-arcade', 'u-1002')
    expect(asked.result.resultCode).toBe('NOT_A_TESTER')
  })
})

describe('an answer that was made up', () => {
  it.each<[string, (form: URLSearchParams) => void]>([
    ['a scope that was not shown', (form) => form.append('granted', 'USER_NAME')],
    ['another sheet', (form) => form.set('sheetHash', 'A'.repeat(43))],
    ['no sheet', (form) => form.delete('sheetHash')],
    ['a lifetime that was not offered', (form) => form.set('lifetime', 'for ever')],
    ['an answer to no question', (form) => form.set('choice:auth_user', 'USER_NAME')],
  ])('%s: changes nothing, and is counted', async (_name, alter) => {
    await afresh('kopi-house')
    const asked = await consult(
      [{ scope: 'auth_user', required: true }, 'USER_BIRTHDAY'],
      'kopi-house',
    )
    if (!('sheet' in asked)) throw new Error(JSON.stringify(asked))
    const before = await counted()
    const form = new URLSearchParams({ answer: 'allow', sheetHash: asked.sheetHash })
    alter(form)
    const answered = await fetch(asked.consentUrl, {
      method: 'POST',
      body: form,
      redirect: 'manual',
    })
    expect(answered.status).toBe(400)
    const { reply } = await walletOf(demo)('complete', {
      userId: MARIA,
      consentRequestId: asked.consentRequestId,
    })
    expect(reply).toMatchObject({ status: 'DISMISSED' })
    expect(await counted()).toBe(before + 1)
  })

  async function counted(): Promise<number> {
    const text = await (await fetch(`${demo.demo.setup.urls.platform}/metrics`)).text()
    const lines = text
      .split('\n')
      .filter((line) =>
        /^assent_http_request_duration_seconds_count.*"(DECISION_INVALID|SHEET_HASH_MISMATCH)"/.test(
          line,
        ),
      )
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }
})
