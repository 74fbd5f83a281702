/**
 * @module Where a user answers what a merchant's server has prepared, or what an OAuth client asks through a browser: the login is the
 * wallet's own, and so is the way back.
 */
import { openSheet } from '@assent/jsapi/host'
import type { Result, WalletReply } from '@assent/protocol'
import { useEffect, useRef, useState } from 'preact/hooks'
import { post } from './api.ts'
import { Users, type UsersProps } from './users.tsx'

const PARAMETERS = new URLSearchParams(location.search)
/** The client wants an answer without anything being shown. */
const IS_QUIET = PARAMETERS.get('prompt') === 'none'

/** In words of the one who holds the phone: those of the result are for engineers. */
function reasonOf({ resultCode, resultMessage }: Result): string {
  return resultCode === 'AUTH_REQUEST_INVALID'
    ? 'This question has expired or was answered. Go back to the shop and begin again.'
    : resultMessage
}

export function Authorize({
  back,
  session,
  switchUser,
}: UsersProps & { readonly back: () => void }) {
  const overlay = useRef<HTMLDivElement>(null)
  const [said, setSaid] = useState('A merchant has a question for you.')
  useEffect(() => {
    if (IS_QUIET) void ask()
  }, [])

  /** Whoever asked learns what became of it, a refusal too, when it has said where. */
  function finish(reply: WalletReply<'complete'> | WalletReply<'consult'>): void {
    const there = 'redirectUrl' in reply ? reply.redirectUrl : undefined
    if (there !== undefined) location.assign(there)
    else setSaid('status' in reply && reply.status === 'GRANTED' ? 'Done.' : 'Nothing was shared.')
  }

  async function ask(): Promise<void> {
    const reply = await post<WalletReply<'consult'>>('consult', {
      authRequest: PARAMETERS.get('authRequest') ?? '',
      context: {
        locale: document.documentElement.lang,
        // Whoever holds the phone has just said so.
        authenticatedAt: new Date().toISOString(),
      },
    })
    if (!('status' in reply)) return setSaid(reasonOf(reply.result))
    if (reply.status !== 'CONSENT_REQUIRED') return finish(reply)
    const { consentRequestId, consentUrl } = reply
    const { signal } = new AbortController()
    await openSheet({
      url: consentUrl,
      signal,
      container: overlay.current as HTMLElement,
      title: 'Consent',
    })
    finish(await post('complete', { consentRequestId }))
  }

  if (IS_QUIET) return null
  return (
    <div class="screen">
      <header class="bar">
        <button type="button" class="icon" onClick={back} aria-label="Back">
          <span class="chevron" aria-hidden="true" />
        </button>
        <strong>Demo Wallet</strong>
      </header>
      <div class="body authorize">
        <h1>{said}</h1>
        <Users session={session} switchUser={switchUser} />
        <button type="button" class="plain" onClick={() => void ask()}>
          See the question
        </button>
      </div>
      <div ref={overlay} class="overlay" />
    </div>
  )
}
