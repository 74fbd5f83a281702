/**
 * @module Privacy: what mini programs may know, silent ones included, and Stop.
 */
import type { GrantSummary, ReadingSummary, WalletReply, WithdrawnSummary } from '@assent/protocol'
import { useEffect, useState } from 'preact/hooks'
import { post } from './api.ts'

export type PrivacyProps = { readonly back: () => void; readonly onChanged?: () => void }

export function Privacy({ back, onChanged }: PrivacyProps) {
  const [grants, setGrants] = useState<readonly GrantSummary[]>()
  const [withdrawn, setWithdrawn] = useState<readonly WithdrawnSummary[]>([])
  const [readings, setReadings] = useState<readonly ReadingSummary[]>([])
  const [stopped, setStopped] = useState('')

  async function load(): Promise<void> {
    const reply = await post<WalletReply<'grants'>>('grants', {
      locale: document.documentElement.lang,
    })
    setGrants('grants' in reply ? reply.grants : [])
    setWithdrawn('withdrawn' in reply ? reply.withdrawn : [])
    const read = await post<WalletReply<'readings'>>('readings', {})
    setReadings('readings' in read ? read.readings : [])
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
            <Readings of={readings.filter(({ appId }) => appId === grant.appId)} />
            <button
              type="button"
              class="plain"
              onClick={() => void stop(grant.appId, `${grant.name} may know nothing any more.`)}
            >
              Stop everything
            </button>
          </section>
        ))}
        {withdrawn.map((app) => (
          <section class="grant" key={app.appId}>
            <header>
              <img src={app.icon} alt="" width="40" height="40" />
              <div>
                <strong>{app.name}</strong>
                <small>stopped {new Date(app.withdrawnAt).toLocaleString()}</small>
              </div>
            </header>
            <p class="muted">
              {app.deletionAcknowledgedAt
                ? `${app.merchant} says that it has deleted what it had of you (${new Date(app.deletionAcknowledgedAt).toLocaleString()}).`
                : `${app.merchant} has not said yet whether it has deleted what it had of you.`}
            </p>
            <Readings of={readings.filter(({ appId }) => appId === app.appId)} />
          </section>
        ))}
        {grants && (
          <a
            class="text"
            href={downloadOf({ grants, withdrawn, readings })}
            download="privacy.json"
          >
            Download all of this
          </a>
        )}
      </div>
    </div>
  )
}

const SHOWN_READINGS = 20

/** What was read, behind one line that says when last. */
function Readings({ of: readings }: { readonly of: readonly ReadingSummary[] }) {
  const [latest] = readings
  if (!latest) return <p class="muted">Nothing was read yet.</p>
  return (
    <details class="readings">
      <summary>Last read {new Date(latest.readAt).toLocaleString()}</summary>
      <ul>
        {readings.slice(0, SHOWN_READINGS).map(({ api, fields, readAt, count }) => (
          <li key={`${readAt} ${api} ${fields.join()}`}>
            <span>
              {wordsOf(api.replace(/^inquiry/, ''))}: {fields.map(wordsOf).join(', ')}
            </span>
            <small>
              {new Date(readAt).toLocaleString()} {count > 1 && `· ${count} times`}
            </small>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** `cards[].lastFour` → “last four”, `inquiryUserInfo` without its verb → “user info”. */
function wordsOf(field: string): string {
  const last = field.split('.').at(-1) ?? field
  const words = last.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return last === '*' ? 'the whole answer' : words.trim()
}

function downloadOf(all: object): string {
  return `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(all, null, 2))}`
}
