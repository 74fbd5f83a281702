/**
 * @module Requests of minors that wait for this user, who is their guardian. The guardian decides on the same consent prompt.
 */
import { openSheet } from '@assent/jsapi/host'
import type { GuardianRequestSummary, WalletReply } from '@assent/protocol'
import { useEffect, useRef, useState } from 'preact/hooks'
import { post, type Session } from './api.ts'

export function GuardianRequests({ session }: { readonly session: Session }) {
  const overlay = useRef<HTMLDivElement>(null)
  const [message, setMessage] = useState('')
  const [requests, setRequests] = useState<readonly GuardianRequestSummary[]>([])

  async function load(): Promise<void> {
    const reply = await post<WalletReply<'guardianRequests'>>('guardianRequests', {})
    setRequests('guardianRequests' in reply ? reply.guardianRequests : [])
  }

  async function decide({ userId, appId }: GuardianRequestSummary): Promise<void> {
    const reply = await post<WalletReply<'openGuardianRequest'>>('openGuardianRequest', {
      minorId: userId,
      appId,
      locale: document.documentElement.lang,
    })
    if ('status' in reply && reply.status === 'CONSENT_REQUIRED') {
      const { consentRequestId, consentUrl } = reply
      const container = overlay.current as HTMLElement
      const { signal } = new AbortController()
      // A prompt that is not shown is completed too, which ends the request without a decision.
      await openSheet({ url: consentUrl, signal, container, title: 'Consent' }).catch(
        () => undefined,
      )
      await post('complete', { consentRequestId })
    }
    setMessage(reply.result.resultStatus === 'S' ? '' : reply.result.resultMessage)
    await load()
  }

  useEffect(() => void load(), [])
  const nameOf = (id: string): string =>
    session.users.find(({ userId }) => userId === id)?.nickName ?? id
  return (
    <>
      {requests.length > 0 && <h2>Waiting for you</h2>}
      <p class="message" role="status">
        {message}
      </p>
      <ul class="tiles">
        {requests.map((request) => (
          <li key={`${request.userId} ${request.appId}`}>
            <button type="button" onClick={() => void decide(request)}>
              <img src={request.icon} alt="" width="56" height="56" />
              <span>
                <strong>{request.name}</strong>
                <small>requests data of {nameOf(request.userId)}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <div ref={overlay} class="overlay" />
    </>
  )
}
