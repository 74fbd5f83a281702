/**
 * @module What the children of this user have asked for: the guardian answers on the same sheet.
 */
import { openSheet } from '@assent/jsapi/host'
import type { GuardianRequestSummary, WalletReply } from '@assent/protocol'
import { useEffect, useRef, useState } from 'preact/hooks'
import { post, type Session } from './api.ts'

export function Questions({ session }: { readonly session: Session }) {
  const overlay = useRef<HTMLDivElement>(null)
  const [said, setSaid] = useState('')
  const [questions, setQuestions] = useState<readonly GuardianRequestSummary[]>([])

  async function load(): Promise<void> {
    const reply = await post<WalletReply<'guardianRequests'>>('guardianRequests', {})
    setQuestions('guardianRequests' in reply ? reply.guardianRequests : [])
  }

  async function answer({ userId, appId }: GuardianRequestSummary): Promise<void> {
    const reply = await post<WalletReply<'openGuardianRequest'>>('openGuardianRequest', {
      minorId: userId,
      appId,
      locale: document.documentElement.lang,
    })
    if ('status' in reply && reply.status === 'CONSENT_REQUIRED') {
      const { consentRequestId, consentUrl } = reply
      const container = overlay.current as HTMLElement
      const { signal } = new AbortController()
      await openSheet({ url: consentUrl, signal, container, title: 'Consent' })
      await post('complete', { consentRequestId })
    }
    setSaid(reply.result.resultStatus === 'S' ? '' : reply.result.resultMessage)
    await load()
  }

  useEffect(() => void load(), [])
  const nameOf = (id: string): string =>
    session.users.find(({ userId }) => userId === id)?.nickName ?? id
  return (
    <>
      {questions.length > 0 && <h2>Waiting for you</h2>}
      <p class="said" role="status">
        {said}
      </p>
      <ul class="tiles">
        {questions.map((question) => (
          <li key={`${question.userId} ${question.appId}`}>
            <button type="button" onClick={() => void answer(question)}>
              <img src={question.icon} alt="" width="56" height="56" />
              <span>
                <strong>{question.name}</strong>
                <small>asks something of {nameOf(question.userId)}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <div ref={overlay} class="overlay" />
    </>
  )
}
