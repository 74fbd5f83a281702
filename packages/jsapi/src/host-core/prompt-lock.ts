/**
 * @module At most one consent prompt is open in a host. A new prompt of the same mini program takes the place of its old one,
 * as on the server; one of another mini program has to wait.
 *
 * @see docs/wallets.md#one-prompt-at-a-time
 */
import type { JsapiCause } from '@assent/protocol'
import { HostError } from './host-error.ts'

export type PromptRequest = {
  readonly appId: string
  /** Aborts when the page is gone. */
  readonly pageSignal: AbortSignal
  /** How long the user has to decide. */
  readonly milliseconds: number
  /** Resolves when the user has decided or closed the prompt. Its signal aborts when the prompt must close. */
  readonly show: (signal: AbortSignal) => Promise<void>
}

export interface PromptLock {
  isOpenFor(appId: string): boolean
  /**
   * Shows a prompt. Settles when the prompt must close, even if `show` of the request does not.
   * @throws {HostError} `CONSENT_ALREADY_OPEN`, `PAGE_GONE`, and `DISMISSED` when the user decided nothing in time or a new prompt
   * of the mini program replaced this one
   */
  show(request: PromptRequest): Promise<void>
}

export function createPromptLock(): PromptLock {
  let open: { readonly appId: string; end(cause: JsapiCause, detail?: string): void } | undefined

  async function showPrompt(request: PromptRequest): Promise<void> {
    const { appId, pageSignal, milliseconds, show } = request
    if (open && open.appId !== appId) throw new HostError('CONSENT_ALREADY_OPEN')
    open?.end('DISMISSED', 'The same mini program opened another consent prompt.')
    const prompt = createPrompt(appId)
    const { ended, end, signal } = prompt
    const onPageGone = (): void => end('PAGE_GONE')
    const timer = setTimeout(
      () => end('DISMISSED', 'The user did not decide in time.'),
      milliseconds,
    )
    pageSignal.addEventListener('abort', onPageGone)
    if (pageSignal.aborted) onPageGone()
    open = prompt
    try {
      await Promise.race([ended, signal.aborted ? ended : show(signal)])
    } finally {
      clearTimeout(timer)
      pageSignal.removeEventListener('abort', onPageGone)
      if (open === prompt) open = undefined
    }
  }

  return { isOpenFor: (appId) => open?.appId === appId, show: showPrompt }
}

function createPrompt(appId: string) {
  const abort = new AbortController()
  let reject: (error: HostError) => void
  const ended = new Promise<never>((_resolve, rejectEnded) => {
    reject = rejectEnded
  })
  ended.catch(() => {})
  return {
    appId,
    ended,
    signal: abort.signal,
    end(cause: JsapiCause, detail?: string) {
      // Before the signal: `show` resolves when it aborts, which is not a decision.
      reject(new HostError(cause, { detail }))
      abort.abort()
    },
  }
}
