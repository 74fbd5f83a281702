/**
 * @module Privacy: what mini programs may know, silent ones included, and Stop.
 */
import type { GrantSummary, WalletReply } from '@assent/protocol'
import { useEffect, useState } from 'preact/hooks'
import { post } from './api.ts'

export type PrivacyProps = { readonly back: () => void; readonly onChanged?: () => void }

export function Privacy({ back, onChanged }: PrivacyProps) {
  const [grants, setGrants] = useState<readonly GrantSummary[]>()
  const [stopped, setStopped] = useState('')

  async function load(): Promise<void> {
    const reply = await post<WalletReply<'grants'>>('grants', {
      locale: document.documentElement.lang,
    })
    setGrants('grants' in reply ? reply.grants : [])
  }

  async function stop(appId: string, said: string, scopes?: readonly string[]): Promise<void> {
    await post('revoke', { appId, ...(scopes && { scopes }) })
    setStopped(said)
    await load()
    onChanged?.()
  }

  useEffect(() => void load(), [])

  return (
    <div class="screen">
      <header class="bar">
        <button type="button" class="icon" onClick={back} aria-label="Back">
          <span class="chevron" aria-hidden="true" />
        </button>
        <strong>Privacy</strong>
      </header>
      <div class="body">
        <p class="said" role="status">
          {stopped}
        </p>
        {grants?.length === 0 && <p class="muted">No mini program may know anything about you.</p>}
        {grants?.map((grant) => (
          <section class="grant" key={grant.appId}>
            <header>
              <img src={grant.icon} alt="" width="40" height="40" />
              <div>
                <strong>{grant.name}</strong>
                <small>{grant.merchant}</small>
              </div>
            </header>
            <ul>
              {grant.scopes.map(({ scope, title, silent, grantedAt }) => (
                <li key={scope}>
                  <div dir="auto">
                    <span>{title}</span>
                    <small>
                      since {new Date(grantedAt).toLocaleString()}{' '}
                      {silent && '· never asked, says nothing about you'}
                    </small>
                  </div>
                  <button
                    type="button"
                    class="text"
                    onClick={() => void stop(grant.appId, `Stopped: ${title}.`, [scope])}
                  >
                    Stop
                  </button>
                </li>
              ))}
            </ul>
            <button
              type="button"
              class="plain"
              onClick={() => void stop(grant.appId, `${grant.name} may know nothing any more.`)}
            >
              Stop everything
            </button>
          </section>
        ))}
      </div>
    </div>
  )
}
