/**
 * @module The wallet's authorization page, for prepared requests of merchants and requests of OAuth clients. The wallet authenticates the
 * user, shows the consent prompt, and redirects back.
 */
import { openSheet } from '@assent/jsapi/host'
import type { Result, WalletReply } from '@assent/protocol'
import { useEffect, useRef, useState } from 'preact/hooks'
import { post } from './api.ts'
import { Users, type UsersProps } from './users.tsx'

const PARAMETERS = new URLSearchParams(location.search)
/** With `prompt=none`, no page may be shown. */
const IS_SILENT = PARAMETERS.get('prompt') === 'none'

/** A message for the user. Messages of results are for developers. */
function reasonOf({ resultCode, resultMessage }: Result): string {
  return resultCode === 'AUTH_REQUEST_INVALID'
    ? 'This request has expired or was already completed. Go back to the shop and start again.'
    : resultMessage
}

export function Authorize({
  back,
  session,
  switchUser,
}: UsersProps & { readonly back: () => void }) {
  const overlay = useRef<HTMLDivElement>(null)
  const [message, setMessage] = useState('A merchant requests access to your data.')
  useEffect(() => {
    if (IS_SILENT) void requestConsent()
  }, [])

  /** Redirects back to the client with the result, if it gave a redirect URL. */
  function finish(reply: WalletReply<'complete'> | WalletReply<'consult'>): void {
    const redirectUrl = 'redirectUrl' in reply ? reply.redirectUrl : undefined
    if (redirectUrl !== undefined) location.assign(redirectUrl)
    else
      setMessage('status' in reply && reply.status === 'GRANTED' ? 'Done.' : 'Nothing was shared.')
  }

  async function requestConsent(): Promise<void> {
    const reply = await post<WalletReply<'consult'>>('consult', {
      authRequest: PARAMETERS.get('authRequest') ?? '',
      context: { locale: document.documentElement.lang },
    })
    if (!('status' in reply)) return setMessage(reasonOf(reply.result))
    if (reply.status !== 'CONSENT_REQUIRED') return finish(reply)
    const { consentRequestId, consentUrl } = reply
    const { signal } = new AbortController()
    // A prompt that is not shown is completed too, which ends the request without a decision.
    await openSheet({
      url: consentUrl,
      signal,
      container: overlay.current as HTMLElement,
      title: 'Consent',
    }).catch(() => undefined)
    finish(await post('complete', { consentRequestId }))
  }

  if (IS_SILENT) return null
  return (
    <div class="screen">
      <header class="bar">
        <button type="button" class="icon" onClick={back} aria-label="Back">
          <span class="chevron" aria-hidden="true" />
        </button>
        <strong>Demo Wallet</strong>
      </header>
      <div class="body authorize">
        <h1>{message}</h1>
        <Users session={session} switchUser={switchUser} />
        <button type="button" class="plain" onClick={() => void requestConsent()}>
          Continue
        </button>
      </div>
      <div ref={overlay} class="overlay" />
    </div>
  )
}
