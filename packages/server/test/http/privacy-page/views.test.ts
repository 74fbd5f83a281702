/**
 * @module What the privacy page shows a user with a past: 50 mini programs, 500 entries in the access log, decisions of every kind.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { LOCALES } from '../../../src/engine/consent/prompt.ts'
import { MESSAGES } from '../../../src/engine/locales/index.ts'
import { useStory } from '../../support/privacy-story.ts'
import { APP_ID, USER_ID } from '../../support/server.ts'

const MAX_PAGE_BYTES = 120_000

const story = useStory({ entries: 500 })

/** Opens the page as the user, without a script. @returns a function that reads a path */
async function open(locale = 'en', userId = USER_ID): Promise<(path: string) => Promise<string>> {
  const link = await story.link({ locale, timeZone: 'Asia/Manila', userId })
  const headers = { 'sec-fetch-site': 'same-origin' }
  const opened = await fetch(link, { method: 'POST', redirect: 'manual', headers })
  const [cookie = ''] = (opened.headers.get('set-cookie') ?? '').split(';')
  return async (path) =>
    (await fetch(new URL(path, story.server.url), { headers: { cookie } })).text()
}

/** The text that a person reads: without tags and without the isolation of names. */
function textOf(html: string): string {
  return html
    .replaceAll(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[\u2068\u2069]/g, '')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
}

describe('the list', () => {
  let html: string
  beforeAll(async () => {
    html = await (await open())('/privacy')
  })

  it('shows who, what, since when, last used and until when', () => {
    const text = textOf(html)
    expect(text).toMatch(
      /Kopi House Kopi House Trading Can see your basic profile, .*the cards in your wallet\. Since \w+ \d+(, \d+)? Last used today Ends When you stop it/,
    )
    expect(text).toMatch(/Can see the cards in your wallet.* Ends \w+ \d+/)
  })

  it('shows mini programs without access apart, with a button where a denial holds', () => {
    const [active = '', ended = ''] = html.split('No longer have access')
    expect(active).not.toContain('Allow requests again')
    expect(ended).toContain('Allow requests again')
    expect(textOf(ended)).toMatch(/On \w+ \d+ we asked .* to delete your data\./)
  })

  it('is a sentence when there is nothing', async () => {
    const empty = await (await open('en', 'user-bare'))('/privacy')
    expect(textOf(empty)).toContain('No mini program has access to your information.')
  })
})

describe('the view of a mini program', () => {
  let text: string
  let html: string
  beforeAll(async () => {
    html = await (await open())(`/privacy/apps/${APP_ID}`)
    text = textOf(html)
  })

  it.each([
    'To greet you by name at the counter.',
    'Rapid Riders Pte. Ltd.',
    'privacy@kopi.example',
    'Kopi House Trading · Singapore',
    'Until you stop, and 30 days after.',
    'Privacy policy',
    'Your ID with this merchant',
    'You did not allow it to see your gender.',
    'When you stop everything, we ask Kopi House Trading to delete the data that it has.',
  ])('says “%s”', (sentence) => {
    expect(text).toContain(sentence)
  })

  it('shows the user’s own values masked', () => {
    expect(text).toContain('567')
    expect(html).not.toContain('+639171234567')
  })

  it('tells the history in sentences with counts, and folds what is older', () => {
    expect(text).toMatch(/Read your phone number \d+ times/)
    expect(text).toMatch(/Used its permission to see the cards in your wallet \d+ times/)
    expect(text).toContain('You turned off: see your full name')
    expect(html.match(/<details open/g)).toHaveLength(2)
    expect(html.match(/<details class/g) ?? html.match(/<details>/g)).not.toHaveLength(0)
  })

  it('neither grows with the log nor lists single reads', () => {
    expect(html.length).toBeLessThan(MAX_PAGE_BYTES)
    expect((html.match(/class="history-item"/g) ?? []).length).toBeLessThan(40)
    expect(text).toContain('Older entries are in the file')
  })
})

describe('a receipt', () => {
  it('says who, what, why, how long and when, and folds the technical proof', async () => {
    const read = await open()
    const app = await read(`/privacy/apps/${APP_ID}`)
    const paths = [...new Set(app.match(/\/privacy\/receipts\/[\w-]+/g))]
    const pages = await Promise.all(paths.map(read))
    const page = pages.find((one) => one.includes('To call you when your order is ready.')) ?? ''
    const [visible = '', technical = ''] = page.split('Technical details')
    for (const sentence of [
      'Receipt: Partly allowed',
      'Decided by You',
      'Receipt number',
      'see your phone number',
      'How long: Until I turn it off',
      'see your date of birth',
      'Not allowed',
      'Kopi House Trading · Singapore',
      'Demo Wallet › Privacy',
    ])
      expect(textOf(visible)).toContain(sentence)
    expect(visible).not.toContain('SHA-256')
    expect(technical).toContain('SHA-256')
    expect(textOf(technical)).toContain('Download')
  })
})

it.each(LOCALES)('names every field of the consent prompt in the language %s', async (locale) => {
  const { fields } = MESSAGES[locale]
  const text = textOf(await (await open(locale))(`/privacy/apps/${APP_ID}`))
  for (const field of ['nickName', 'avatar', 'gender', 'nationality', 'mobilePhone.plain'] as const)
    expect(text).toContain(fields[field])
})
