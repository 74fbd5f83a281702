/**
 * @module The names of testers in the documents of mini programs.
 *
 * Old versions of documents stay, so a document must not contain the id of a user: nobody could erase it. It has a keyed pseudonym, and
 * who does not have the key cannot tell whose it is.
 * @see docs/decisions/0093-testers-are-pseudonyms.md
 */
import type { UserRef } from '../records.ts'

export interface TesterNames {
  /** @returns `WALLET/tester:…`, always the same for a user */
  testerOf(user: UserRef): string
}

/** `WALLET/tester:` and a MAC of 33 bytes. */
export const TESTER_PATTERN = '^[^/]+/tester:[A-Za-z0-9_-]{44}$'
const TESTER = new RegExp(TESTER_PATTERN)

/**
 * @param text `WALLET/USER` as people write it, or a tester as documents name it
 * @returns the tester as documents name it
 */
export function toTester({ testerOf }: TesterNames, text: string): string {
  if (TESTER.test(text)) return text
  const slash = text.indexOf('/')
  return testerOf({ walletId: text.slice(0, slash), userId: text.slice(slash + 1) })
}
