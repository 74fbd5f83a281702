/**
 * @module Names with punctuation, such as `wallet.settingsPath` and `NO_USER_GESTURE`. MiniSearch takes them apart at the punctuation, so
 * the index also has each of them as one word, and a query for one of them is for that word.
 */
const NAME = /[A-Za-z]\w*(?:[._[\]-]+\w+)+|[A-Za-z]+_\w+/g

/** `wallet.settingsPath` → `walletsettingsPath`. */
export function toWord(name: string): string {
  return name.replaceAll(/\W|_/g, '')
}

/** The words for the names of a text. */
export function wordsOf(text: string): readonly string[] {
  return [...new Set(text.match(NAME) ?? [])].map(toWord)
}

export function isName(query: string): boolean {
  return query.match(NAME)?.[0] === query
}
