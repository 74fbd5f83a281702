/**
 * @module Each newer API removed alone, in Chromium: a fallback must not depend on another newer API.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NEWER_APIS, removalScript } from './support/newer-apis.ts'
import { EXPECTED, launchChromium, runFlow } from './support/web-view.ts'

/** The newer APIs that scripts of pages and hosts use most. */
const NAMES = [
  'AbortSignal.any',
  'AbortSignal.timeout',
  'AbortSignal.throwIfAborted',
  'Array.at',
  'Array.findLast',
  'Array.toSorted',
  'Crypto.randomUUID',
  'Document.replaceChildren',
  'Element.replaceChildren',
  'HTMLElement.inert',
  'Navigator.locks',
  'Navigator.userActivation',
  'Object.fromEntries',
  'Object.groupBy',
  'Object.hasOwn',
  'Promise.allSettled',
  'Promise.any',
  'Promise.withResolvers',
  'String.at',
  'String.matchAll',
  'String.replaceAll',
  'AggregateError',
  'BigInt',
  'BroadcastChannel',
  'FinalizationRegistry',
  'HTMLDialogElement',
  'PointerEvent',
  'ResizeObserver',
  'SubmitEvent',
  'WeakRef',
  'globalThis',
  'queueMicrotask',
  'reportError',
  'structuredClone',
] as const

const findApi = (title: string) =>
  NEWER_APIS.find(({ owner, name }) => title === (owner ? `${owner}.${name}` : name))

/** No web view reports user activation without pointer events, and Chromium reports it late for mouse events. */
const WITH_IT: Readonly<Record<string, readonly string[]>> = {
  PointerEvent: ['Navigator.userActivation'],
}
const APIS = NAMES.map((title) => ({
  title,
  apis: [title, ...(WITH_IT[title] ?? [])].map(findApi),
}))

/** `ASSENT_TEST_HOST=native` runs the tests with a native wallet. */
const KIND = process.env['ASSENT_TEST_HOST'] === 'native' ? 'a native wallet' : 'a web wallet'

describe(`a page and ${KIND} without`, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  it.each(APIS)('$title', async ({ apis }) => {
    const known = apis.filter((api) => api !== undefined)
    expect(known, 'by the compatibility data').toHaveLength(apis.length)
    const { shown, errors } = await runFlow(browser, removalScript(known), KIND)
    expect(shown).toEqual(EXPECTED)
    expect(errors).toEqual(['bug of the page'])
  })
})
