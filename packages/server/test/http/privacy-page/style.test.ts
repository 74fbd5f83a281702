/**
 * @module The style of the privacy page works in the oldest web views: Android System WebView 69 and iOS 12.2.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const STYLE = readFileSync(
  new URL('../../../assets/privacy-page.css', import.meta.url),
  'utf8',
).replaceAll(/\/\*[\s\S]*?\*\//g, '')

/** Features with the first Chromium and Safari that have them ([compatibility data](https://github.com/mdn/browser-compat-data)). */
it.each([
  ['gap of flex boxes (84, 14.1)', /[^-]\bgap:/],
  ['min(), max(), clamp() (79, 13.1)', /\b(min|max|clamp)\(/],
  ['inset (87, 14.1)', /[^-]inset(-|:)/],
  ['shorthands of logical properties (87, 14.1)', /\b(margin|padding|border)-(inline|block):/],
  [':is(), :where() (88, 14)', /:(is|where)\(/],
  [':has() (105, 15.4)', /:has\(/],
  [':focus-visible (86, 15.4)', /:focus-visible/],
  ['aspect-ratio (88, 15)', /aspect-ratio/],
  ['overflow-wrap: anywhere (80, 15.4)', /anywhere/],
  ['nesting (112, 16.5)', /&/],
])('does not use %s', (_name, pattern) => {
  expect(STYLE).not.toMatch(pattern)
})
