/**
 * @module Where a user answers a request that a merchant's server has prepared: opened by its URL.
 */
import { openSheet } from '@assent/jsapi/host'
import type { WalletReply } from '@assent/protocol'
import { useRef, useState } from 'preact/hooks'
import { post } from './api.ts'

export function Authorize({ back }: { readonly back: () => void }) {
  const overlay = useRef<HTMLDivElement>(null)
  const [said, setSaid] = useState('A merchant has a question for you.')

  /** Whoever asked learns what became of it, a refusal too, when it has said where. */
  function finish(reply: WalletReply<'complete'> | WalletReply<'consult'>): void {
    const back = 'redirectUrl' in reply ? reply.redirectUrl : undefined
    if (back !== undefined) location.assign(back)
    else setSaid('status' in reply && reply.status === 'GRANTED' ? 'Done.' : 'Nothing was shared.')
  }

  async function ask(): Promise<void> {
    const authRequest = new URLSearchParams(location.search).get('authRequest') ?? ''
    const reply = await post<WalletReply<'consult'>>('consult', {
      authRequest,
      context: {
        locale: document.documentElement.lang,
        // The demo's users are whoever was chosen above: choosing is logging in.
        authenticatedAt: new Date().toISOString(),
      },
    })
    if (!('status' in reply)) return setSaid(reply.result.resultMessage)
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

  return (
    <div class="screen">
      <header class="bar">
        <button type="button" class="icon" onClick={back} aria-label="Back">
          <span class="chevron" aria-hidden="true" />
        </button>
        <strong>Demo Wallet</strong>
      </header>
      <div class="body">
        <h1>{said}</h1>
        <button type="button" class="plain" onClick={() => void ask()}>
          See the question
        </button>
      </div>
      <div ref={overlay} class="overlay" />
    </div>
  )
}
