/**
 * @module The page that may answer a prompt. The URL of the page alone does not decide: logs, histories and chats can contain it. The first
 * page that opens the prompt gets a secret, and only an answer with that secret counts.
 * @see docs/decisions/0085-the-url-of-a-prompt-does-not-decide.md
 */
import type { Ports } from '../ports/ports.ts'
import { type PendingConsent, readPendingConsent } from './decide.ts'

const SECRET_BYTES = 24

/** A prompt with the secret of the page that shows it. */
export type OpenedPrompt = PendingConsent & { readonly opener: string }

/**
 * Opens a prompt for a page. A page that is loaded again presents its secret, and gets another one: what the page that it replaces
 * still sends does not count.
 * @param presented the secrets that the page has
 * @returns `undefined` when another page has opened the prompt
 * @throws {AssentError} as {@link readPendingConsent}
 */
export async function openPrompt(
  ports: Pick<Ports, 'store' | 'hasher' | 'random'>,
  consentRequestId: string,
  presented: readonly string[],
  now: number,
): Promise<OpenedPrompt | undefined> {
  const pending = await readPendingConsent(ports, consentRequestId, now)
  const { idHash, openerHash } = pending.request
  const isFirst = openerHash === undefined
  if (!isFirst && !presented.some((secret) => isOpener(ports, pending, secret))) return undefined
  const opener = ports.random.text(SECRET_BYTES)
  const isOpened = await ports.store.openPrompt(idHash, openerHash, ports.hasher.sha256(opener))
  return isOpened ? { ...pending, opener } : undefined
}

/** Whether this is the secret of the page that has opened the prompt. */
export function isOpener(
  { hasher }: Pick<Ports, 'hasher'>,
  { request }: PendingConsent,
  opener: string,
): boolean {
  return request.openerHash !== undefined && request.openerHash === hasher.sha256(opener)
}
