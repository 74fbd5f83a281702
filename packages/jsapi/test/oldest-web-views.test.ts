/**
 * @module The oldest web views that are supported: what is shipped needs no newer syntax and no newer API.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WALLET_KINDS } from './browser/contract.ts'
import { NEWER_APIS, NEWER_NAMES, removalScript } from './support/newer-apis.ts'
import { bundle, EXPECTED, launchChromium, runFlow } from './support/web-view.ts'

const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')

/**
 * What runs in web views, as it is shipped. `allowed` has the newer APIs that it uses behind a check, and its own names that
 * are also the names of newer APIs.
 */
const SHIPPED: readonly {
  name: string
  load: () => Promise<string>
  allowed: readonly string[]
}[] = [
  { name: 'my.js', load: async () => read('../dist/my.js'), allowed: [] },
  {
    name: '@assent/jsapi',
    load: () =>
      bundle(`import { alipayJSBridge, my } from '@assent/jsapi'; console.log(alipayJSBridge, my)`),
    allowed: [],
  },
  {
    name: '@assent/jsapi/host',
    load: () =>
      bundle(
        `import { createHost, openSheet } from '@assent/jsapi/host'; console.log(createHost, openSheet)`,
      ),
    allowed: ['isVisible', 'locale', 'revoke', 'show', 'userActivation'],
  },
  {
    name: 'host-core.js',
    load: async () => read('../dist/host-core.js'),
    allowed: ['isVisible', 'locale', 'revoke', 'show'],
  },
  {
    name: 'the script of the consent page and the privacy page',
    load: async () => read('../../server/assets/pages.js'),
    allowed: ['ResizeObserver'],
  },
]

/** Names of called functions, constructors, and properties of the browser's own objects. */
const USES =
  /(?:\.|\bnew\s+|(?<![\w$.]))([A-Za-z_$][\w$]*)\s*\(|\b(?:navigator|window|document|crypto|self)\s*\??\.\s*([A-Za-z_$][\w$]*)|(?<![\w$.'"])(globalThis)\b/g

/** Minified names are this short. */
const MAX_MINIFIED_LENGTH = 2

function newerNames(code: string): readonly string[] {
  const uses = [...code.matchAll(USES)].map(
    ([, called, property, global]) => called ?? property ?? global ?? '',
  )
  return [
    ...new Set(uses.filter((name) => name.length > MAX_MINIFIED_LENGTH && NEWER_NAMES.has(name))),
  ].sort()
}

describe.each(SHIPPED)('$name', ({ load, allowed }) => {
  it('has no syntax that is newer than ES2018', async () => {
    const code = await load()
    const [asIs, lowered] = await Promise.all(
      ['esnext', 'es2018'].map((target) => transform(code, { target })),
    )
    expect(lowered?.code).toBe(asIs?.code)
  })

  it('uses no newer API without a check', async () => {
    expect(newerNames(await load())).toEqual(allowed)
  })
})

describe('the check of newer APIs', () => {
  it.each([
    'structuredClone(x)',
    'crypto.randomUUID()',
    'navigator.userActivation.isActive',
    'list.findLast(test)',
    'Promise.any(list)',
    'Object.fromEntries(list)',
    'text.replaceAll("a","b")',
    'new WeakRef(x)',
    'globalThis.my',
    'element.replaceChildren()',
  ])('finds %s', (code) => {
    expect(newerNames(code)).toHaveLength(1)
  })
})

describe.each(WALLET_KINDS)('a page and %s over plain HTTP', (kind) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  it.each([
    { name: 'a new web view', apis: [] },
    { name: 'the oldest web view, without all newer APIs', apis: NEWER_APIS },
  ])('work in $name', async ({ apis }) => {
    const { shown, errors } = await runFlow(browser, removalScript(apis), kind)
    expect(shown).toEqual(EXPECTED)
    expect(errors).toEqual(['bug of the page'])
  })
})
