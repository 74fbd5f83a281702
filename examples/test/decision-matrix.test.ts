/**
 * @module Decisions on the consent page in Chromium: required and optional scopes, durations, earlier decisions, changed purposes, minors
 * and unverified mini programs. Each row has the requested scopes, the user's input, and the expected result.
 *
 * @see docs/consent.md
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { openPromptPage } from '../../packages/server/test/support/prompt-page.ts'
import { launchBrowser, startTestDemo, type TestDemo, waitUntilActive } from './browser.ts'
import { walletOf } from './page-states.ts'

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
  readonly requested: readonly RequestedScopes[]
  /** The values of the switches and radio buttons that the user selects. */
  readonly select?: readonly string[]
  readonly lifetime?: string
  readonly decision?: 'allow' | 'decline'
  /** The rows in order. `!` marks a row without a switch, `<` a narrower alternative to the previous row. */
  readonly shown: readonly string[]
  readonly granted: readonly string[]
  readonly offered?: readonly string[]
  /** The duration of the new grant. */
  readonly grantedFor?: string
}

async function consult(requested: readonly RequestedScopes[], appId: string, userId = MARIA) {
  const { reply } = await walletOf(demo)('consult', {
    userId,
    appId,
    scopes: requested as never,
    context: {
      firstScreen: false,
      visible: true,
      userGestureAt: new Date().toISOString(),
      locale: 'en',
    },
  })
  return reply
}

async function reset(appId: string, userId = MARIA): Promise<void> {
  await walletOf(demo)('revoke', { userId, appId })
  await walletOf(demo)('clearDenials', { userId, appId })
}

/** Reads the rows from the page. */
async function readRows(): Promise<readonly string[]> {
  return page.locator('.rows > li').evaluateAll((rows) =>
    rows.flatMap((row) =>
      [...row.querySelectorAll('.row')].map((one) => {
        const input = one.querySelector('input')
        const isNarrower = one.closest('.narrower') !== null
        const value = input?.value ?? one.querySelector('.title')?.textContent ?? ''
        return `${isNarrower ? '<' : ''}${input?.type === 'checkbox' ? '' : '!'}${value}`
      }),
    ),
  )
}

async function decide({ select = [], lifetime, decision = 'allow' }: Partial<Row>): Promise<void> {
  for (const value of select) await page.locator(`.rows input[value="${value}"]`).check()
  // The input is invisible and covers its label, so it receives the tap.
  if (lifetime !== undefined) await page.locator(`.duration input[value="${lifetime}"]`).check()
  await page.locator('#end').scrollIntoViewIfNeeded()
  await waitUntilActive(page)
  await page.locator(`button[value="${decision}"]`).click()
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
    name: 'shows one scope without a switch, and grants it',
    requested: ['auth_user'],
    shown: [`!${PROFILE}`],
    granted: ['auth_user'],
    offered: ALL,
    grantedFor: '30d',
  },
  {
    name: 'shows one scope, and grants nothing when the user denies it',
    requested: ['auth_user'],
    decision: 'decline',
    shown: [`!${PROFILE}`],
    granted: [],
  },
  {
    name: 'leaves an optional scope off by default',
    requested: [{ scope: 'auth_user', required: true }, 'USER_BIRTHDAY'],
    shown: [`!${PROFILE}`, 'USER_BIRTHDAY'],
    granted: ['auth_user'],
  },
  {
    name: 'grants a required and an optional scope',
    requested: [{ scope: 'auth_user', required: true }, 'USER_BIRTHDAY'],
    select: ['USER_BIRTHDAY'],
    lifetime: 'until_withdrawn',
    shown: [`!${PROFILE}`, 'USER_BIRTHDAY'],
    granted: ['auth_user', 'USER_BIRTHDAY'],
    grantedFor: 'until_withdrawn',
  },
  {
    name: 'grants one of three optional scopes',
    requested: ['auth_user', 'USER_BIRTHDAY', 'USER_NAME'],
    select: ['USER_NAME'],
    lifetime: 'once',
    shown: ['auth_user', 'USER_BIRTHDAY', 'USER_NAME'],
    granted: ['USER_NAME'],
    grantedFor: 'once',
  },
  {
    name: 'offers no longer duration than requested',
    requested: [{ scope: 'auth_user', lifetime: 'once' }],
    shown: [`!${PROFILE}`],
    offered: ['once'],
    granted: ['auth_user'],
    grantedFor: 'once',
  },
  {
    name: 'does not offer a restricted scope until withdrawn',
    requested: ['CARD_LIST'],
    shown: ['!see the cards in your wallet'],
    offered: ['once', '30d'],
    granted: ['CARD_LIST'],
    grantedFor: '30d',
  },
  {
    name: 'preselects the narrower alternative of a required scope',
    appId: 'pixel-arcade',
    requested: [{ scope: 'USER_BIRTHDAY', required: true }, 'USER_AGE_OVER_18'],
    shown: ['!USER_BIRTHDAY', '<!USER_AGE_OVER_18'],
    granted: ['USER_AGE_OVER_18'],
  },
  {
    name: 'grants the wider scope when the user selects it',
    appId: 'pixel-arcade',
    requested: [{ scope: 'USER_BIRTHDAY', required: true }, 'USER_AGE_OVER_18'],
    select: ['USER_BIRTHDAY'],
    shown: ['!USER_BIRTHDAY', '<!USER_AGE_OVER_18'],
    granted: ['USER_BIRTHDAY'],
  },
  {
    name: 'leaves an optional scope and its narrower alternative off by default',
    appId: 'pixel-arcade',
    requested: [
      { scope: 'USER_BIRTHDAY', required: true },
      'PLAINTEXT_EMAIL_ADDRESS',
      'RELAY_EMAIL',
    ],
    select: ['RELAY_EMAIL'],
    shown: ['!see your date of birth', 'PLAINTEXT_EMAIL_ADDRESS', '<RELAY_EMAIL'],
    granted: ['USER_BIRTHDAY', 'RELAY_EMAIL'],
  },
]

describe('the first request', () => {
  it.each(ROWS)('$name', async (row) => {
    const appId = row.appId ?? 'kopi-house'
    await reset(appId)
    const consulted = await consult(row.requested, appId)
    if (!('sheet' in consulted)) throw new Error(JSON.stringify(consulted))
    await page.goto(consulted.consentUrl)
    // The hash on the page is the hash of the prompt.
    expect(await page.locator('input[name=sheetHash]').inputValue()).toBe(consulted.sheetHash)
    expect(await page.locator('.warn').count()).toBe(appId === 'pixel-arcade' ? 1 : 0)
    expect(await readRows()).toEqual(row.shown)
    expect(await page.locator('input[type=checkbox]:checked').count()).toBe(0)
    if (row.offered) expect(await lifetimes()).toEqual(row.offered)
    await decide(row)
    const { consentRequestId } = consulted
    const { reply } = await walletOf(demo)('complete', { userId: MARIA, consentRequestId })
    const success = 'authSuccessScopes' in reply ? reply.authSuccessScopes : []
    expect([...success].sort()).toEqual([...row.granted].sort())
    if (row.grantedFor === undefined) return
    const granted = await walletOf(demo)('grants', { userId: MARIA, appId })
    const [grant] = 'grants' in granted.reply ? granted.reply.grants : []
    const scopes = grant?.scopes.filter(({ silent }) => !silent) ?? []
    expect(new Set(scopes.map(({ lifetime }) => lifetime))).toEqual(new Set([row.grantedFor]))
  })
})

describe('a later request', () => {
  const APP = 'kopi-house'
  async function allow(
    requested: readonly RequestedScopes[],
    input: Partial<Row> = {},
  ): Promise<void> {
    const consulted = await consult(requested, APP)
    if (!('sheet' in consulted)) throw new Error(JSON.stringify(consulted))
    await page.goto(consulted.consentUrl)
    await decide(input)
    await walletOf(demo)('complete', {
      userId: MARIA,
      consentRequestId: consulted.consentRequestId,
    })
  }
  /** The rows of the next prompt, or the status when there is no prompt. */
  async function readNextPrompt(
    requested: readonly RequestedScopes[],
  ): Promise<readonly string[] | string> {
    const consulted = await consult(requested, APP)
    if (!('sheet' in consulted))
      return 'status' in consulted ? consulted.status : consulted.result.resultCode
    await page.goto(consulted.consentUrl)
    const rows = await readRows()
    await walletOf(demo)('complete', {
      userId: MARIA,
      consentRequestId: consulted.consentRequestId,
    })
    return rows
  }

  it.each<{
    name: string
    before: readonly RequestedScopes[]
    input?: Partial<Row>
    requested: readonly RequestedScopes[]
    next: readonly string[] | string
  }>([
    {
      name: 'shows nothing for the same scope',
      before: ['auth_user'],
      requested: ['auth_user'],
      next: 'GRANTED',
    },
    {
      name: 'shows only the new scope',
      before: ['auth_user'],
      requested: ['auth_user', 'USER_NAME'],
      next: ['!see your full name'],
    },
    {
      name: 'shows a scope again that was granted once',
      before: ['auth_user'],
      input: { lifetime: 'once' },
      requested: ['auth_user'],
      next: [`!${PROFILE}`],
    },
    {
      name: 'shows nothing for a scope that was denied recently',
      before: ['auth_user'],
      input: { decision: 'decline' },
      requested: ['auth_user'],
      next: 'DECLINED_RECENTLY',
    },
    {
      name: 'grants the other scopes when an optional one was denied',
      before: [{ scope: 'auth_user', required: true }, 'USER_NAME'],
      requested: ['auth_user', 'USER_NAME'],
      next: 'GRANTED',
    },
    {
      name: 'shows an option that was left off when it is now required',
      before: [{ scope: 'auth_user', required: true }, 'USER_NAME'],
      requested: ['auth_user', { scope: 'USER_NAME', required: true }],
      next: ['!see your full name'],
    },
  ])('$name', async ({ before, input, requested, next }) => {
    await reset(APP)
    await allow(before, input)
    expect(await readNextPrompt(requested)).toEqual(next)
  })

  it('shows a scope again when its purpose changed, with the new purpose', async () => {
    await reset(APP)
    await allow(['auth_user', 'USER_BIRTHDAY'], { select: ['auth_user', 'USER_BIRTHDAY'] })
    expect(await readNextPrompt(['auth_user', 'USER_BIRTHDAY'])).toBe('GRANTED')
    const path = join(demo.folder, 'assent.yaml')
    const config = parse(readFileSync(path, 'utf8'))
    config.clients[0].miniPrograms[0].purposes.USER_BIRTHDAY.en = 'To send you a card on the day.'
    writeFileSync(path, stringify(config))
    await expect
      .poll(() => readNextPrompt(['auth_user', 'USER_BIRTHDAY']), { timeout: 10_000 })
      .toEqual(['!see your date of birth'])
    expect(await page.locator('.purpose').innerText()).toBe('To send you a card on the day.')
  })
})

describe('the request of a minor', () => {
  it('waits for the guardian, who decides on the same prompt with the name of the minor', async () => {
    await reset('kopi-house', LIA)
    const pending = await consult(['auth_user'], 'kopi-house', LIA)
    expect(pending.result.resultCode).toBe('GUARDIAN_PENDING')
    const { reply: prompt } = await walletOf(demo)('openGuardianRequest', {
      userId: MARIA,
      minorId: LIA,
      appId: 'kopi-house',
      locale: 'en',
    })
    if (!('consentUrl' in prompt)) throw new Error(JSON.stringify(prompt))
    await page.goto(prompt.consentUrl)
    await page.getByText('You are deciding for a child in your care.').waitFor()
    expect(await page.locator('.value').innerText()).toContain('Lia')
    await decide({})
    const { reply } = await walletOf(demo)('complete', {
      userId: MARIA,
      consentRequestId: prompt.consentRequestId,
    })
    expect(reply).toMatchObject({ status: 'APPROVED_BY_GUARDIAN' })
    expect(await consult(['auth_user'], 'kopi-house', LIA)).toMatchObject({ status: 'GRANTED' })
  })
})

describe('an unverified mini program', () => {
  it('cannot request consent from users who are not testers', async () => {
    const consulted = await consult(['USER_BIRTHDAY'], 'pixel-arcade', 'u-1002')
    expect(consulted.result.resultCode).toBe('NOT_A_TESTER')
  })
})

describe('a manipulated decision', () => {
  it.each<[string, (form: URLSearchParams) => void]>([
    ['grants a scope that was not shown', (form) => form.append('granted', 'USER_NAME')],
    ['has the hash of another prompt', (form) => form.set('sheetHash', 'A'.repeat(43))],
    ['has no hash', (form) => form.delete('sheetHash')],
    ['has a duration that was not offered', (form) => form.set('lifetime', 'forever')],
    [
      'selects an alternative that does not exist',
      (form) => form.set('choice:auth_user', 'USER_NAME'),
    ],
  ])('that %s is rejected and counted', async (_name, alter) => {
    await reset('kopi-house')
    const consulted = await consult(
      [{ scope: 'auth_user', required: true }, 'USER_BIRTHDAY'],
      'kopi-house',
    )
    if (!('sheet' in consulted)) throw new Error(JSON.stringify(consulted))
    const before = await countRejections()
    const { fields } = await openPromptPage(consulted.consentUrl)
    const form = new URLSearchParams({ answer: 'allow', ...fields })
    alter(form)
    const response = await fetch(consulted.consentUrl, {
      method: 'POST',
      body: form,
      redirect: 'manual',
    })
    expect(response.status).toBe(400)
    const { reply } = await walletOf(demo)('complete', {
      userId: MARIA,
      consentRequestId: consulted.consentRequestId,
    })
    expect(reply).toMatchObject({ status: 'DISMISSED' })
    expect(await countRejections()).toBe(before + 1)
  })

  async function countRejections(): Promise<number> {
    const text = await demo.readMetrics()
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
