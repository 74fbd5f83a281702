/**
 * @module Random names and purposes in many scripts, and whether what is shown is what is signed.
 */
import { h } from 'preact'
import { render } from 'preact-render-to-string'
import { canonicalJson } from '../../src/engine/canonical-json.ts'
import { normalizeText, problemOfText } from '../../src/engine/texts/display-text.ts'
import { ORDINARY_NAMES } from '../fixtures/ordinary-names.ts'

const MAX_CHARACTERS = 140

/** Characters that no text may contain at any place. */
const NEVER = [
  ...'\u00ad\u034f\u061c\u115f\u1160\u17b4\u200b\u200e\u200f\u202a\u202e\u2060\u2066\u2069\u206a\u2800\u3164\ufeff\uffa0\ufff9\ufffc\ufffd\ufffe\n\t\0\u007f\u2028\u2003\ue000\ud800',
  '\u{e0001}',
  '\u{f0000}',
  '\u{1d173}',
  '\u20dd',
  '  ',
]

/** Characters that texts may contain in places that need them. */
const SOMETIMES = [
  ...'\u200c\u200d\ufe0f\ufe0e\u{e0100}\u180e\u0301\u0302\u00a0\u3000\u{1f1f5}\u{1f3fd}',
]

/** A small generator of numbers, so that a failure can be repeated (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** The text of an element as a browser shows it: entities are decoded, and runs of spaces collapse. */
function shownText(html: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }
  return html
    .replace(/^<bdi>|<\/bdi>$/g, '')
    .replaceAll(/&(\w+);/g, (_, name: string) => entities[name] ?? '?')
    .replaceAll(/[ \t\n\f\r]+/g, ' ')
    .trim()
}

export type TextSample = {
  accepted: number
  rejected: number
  /** Ordinary words that were rejected. */
  readonly wronglyRejected: string[]
  /** Texts that differ from what is shown, and texts with a character that none may contain. */
  readonly wronglyShown: string[]
}

/** Joins ordinary words, adds a character to two of three texts, and renders what is accepted. */
export function sampleTexts(count: number): TextSample {
  const random = createRandom(20_261_128)
  const words = Object.values(ORDINARY_NAMES).map((names) =>
    names.flatMap((name) => name.split(' ')),
  )
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T
  const sample: TextSample = { accepted: 0, rejected: 0, wronglyRejected: [], wronglyShown: [] }
  for (let n = 0; n < count; n++) {
    const script = pick(words)
    const plain = Array.from({ length: 1 + random(5) }, () => pick(script)).join(' ')
    const kind = random(3)
    const at = random(plain.length + 1)
    const added = kind === 0 ? '' : pick(kind === 1 ? NEVER : SOMETIMES)
    const text = plain.slice(0, at) + added + plain.slice(at)
    const problem = problemOfText(text, MAX_CHARACTERS)
    if (problem !== undefined) {
      sample.rejected++
      // A word that needs its neighbor is no ordinary text of its own.
      if (kind === 0 && /\p{L}/u.test(text)) sample.wronglyRejected.push(`${text}: ${problem}`)
      continue
    }
    sample.accepted++
    const signed = JSON.parse(canonicalJson({ text: normalizeText(text) })) as { text: string }
    if (kind === 1 || shownText(render(h('bdi', null, signed.text))) !== signed.text)
      sample.wronglyShown.push(JSON.stringify(text))
  }
  return sample
}
