/**
 * @module Masks values: users recognize their own, but the masked value cannot be used to contact or identify them.
 *
 * A mask never shows more than it hides: at most half of the graphemes of the value, for every value. What is hidden has a
 * fixed number of dots, so the length is hidden too.
 * @see docs/merchant-api.md#masks
 */

const DOTS = '••••'
/** As long as what is hidden of most phone numbers. */
const PHONE_DOTS = '•••••••'

const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** `+639171234567` → `+63•••••••567`, `12345` → `•••••••45` */
export function maskPhone(phone: string): string {
  const digits = graphemesOf(phone)
  const show = (first: number, last: number): string =>
    digits.slice(0, first).join('') + PHONE_DOTS + digits.slice(digits.length - last).join('')
  const countryCode = phone.startsWith('+') ? 3 : 0
  return firstThatHides(phone, [
    show(countryCode, 3),
    show(countryCode, 2),
    show(0, 3),
    show(0, 2),
    PHONE_DOTS,
  ])
}

/** `maria@example.com` → `m••••@e••••.com` */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@')
  const dot = email.lastIndexOf('.')
  if (at < 0) return DOTS
  const mailbox = maskWord(email.slice(0, at))
  const domain = email.slice(at + 1, dot > at ? dot : undefined)
  const ending = dot > at ? email.slice(dot) : ''
  return firstThatHides(email, [
    `${mailbox}@${maskWord(domain)}${ending}`,
    `${mailbox}@${DOTS}${ending}`,
    `${mailbox}@${DOTS}`,
    DOTS,
  ])
}

/** `Maria Santos` → `M•••• S••••`, `X` → `••••` */
export function maskWords(text: string): string {
  const words = text.split(/\s+/).filter((word) => word.length > 0)
  const masked = words.map(maskWord)
  return firstThatHides(text, [masked.join(' ') || DOTS, masked[0] ?? DOTS, DOTS])
}

/** `1994-05-17` → `1994 ••••` */
export function maskDate(date: string): string {
  const year = graphemesOf(date).slice(0, 4).join('')
  return firstThatHides(date, [`${year} ${DOTS}`, DOTS])
}

/** The first grapheme of a word that has others to hide. */
function maskWord(word: string): string {
  return firstThatHides(word, [`${graphemesOf(word)[0] ?? ''}${DOTS}`, DOTS])
}

/** Chooses the first mask that shows at most half of the value. The last one shows nothing. */
function firstThatHides(value: string, masks: readonly string[]): string {
  const limit = graphemesOf(value).length / 2
  return masks.find((mask) => countShown(mask) <= limit) ?? DOTS
}

function countShown(mask: string): number {
  return graphemesOf(mask).filter((grapheme) => grapheme !== '•').length
}

function graphemesOf(text: string): readonly string[] {
  return Array.from(GRAPHEMES.segment(text), ({ segment }) => segment)
}
