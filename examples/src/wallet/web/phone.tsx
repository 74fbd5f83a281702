/**
 * @module The phone with its screens: home, a mini program, privacy, and authorization.
 */
import { useEffect, useState } from 'preact/hooks'
import type { MiniProgram, Session } from './api.ts'
import { Authorize } from './authorize.tsx'
import type { Attack } from './call-panel.tsx'
import { GuardianRequests } from './guardian-requests.tsx'
import { MiniProgramScreen } from './mini-program-screen.tsx'
import { Privacy } from './privacy.tsx'
import { Users, type UsersProps } from './users.tsx'

export type PhoneProps = UsersProps & { readonly attack: Attack | undefined }

type Message = { readonly from: string; readonly text: string; readonly at: number }

/** Messages of mini programs that have the user's permission to send them. */
function Inbox() {
  const [messages, setMessages] = useState<readonly Message[]>([])
  useEffect(() => {
    void fetch('/api/inbox')
      .then((response) => response.json() as Promise<{ messages: Message[] }>)
      .then((inbox) => setMessages(inbox.messages))
  }, [])
  if (messages.length === 0) return null
  return (
    <>
      <h2>Inbox</h2>
      <ul class="inbox">
        {messages.map(({ from, text, at }) => (
          <li key={at} dir="auto">
            <strong>{from}</strong>
            <span>{text}</span>
            <small>{new Date(at).toLocaleString()}</small>
          </li>
        ))}
      </ul>
    </>
  )
}

type Screen =
  | { readonly name: 'home' | 'privacy' | 'authorize' }
  | {
      readonly name: 'app'
      readonly app: MiniProgram
      readonly hash: string
      readonly run: number
      readonly deepLink?: boolean
    }

export function Phone({ session, attack, switchUser }: PhoneProps) {
  const [screen, setScreen] = useState<Screen>(() => firstScreenOf(session))
  const user = session.users.find(({ userId }) => userId === session.userId)
  const home = (): void => setScreen({ name: 'home' })

  useEffect(() => {
    document.documentElement.lang = user?.locale ?? 'en'
  }, [user])
  useEffect(() => {
    const [app] = session.miniPrograms
    if (attack && app) setScreen({ name: 'app', app, hash: attack.name, run: attack.count })
  }, [attack])

  return (
    <section class="phone" aria-label="Demo Wallet">
      {screen.name === 'home' && (
        <div class="screen home">
          <header class="bar">
            <img src="/wallet.svg" alt="" width="32" height="32" />
            <strong>Demo Wallet</strong>
          </header>
          <div class="body">
            <h1 dir="auto">Hello, {user?.nickName}</h1>
            <h2>Mini programs</h2>
            <ul class="tiles">
              {session.miniPrograms.map((app) => (
                <li key={app.appId}>
                  <button
                    type="button"
                    onClick={() => setScreen({ name: 'app', app, hash: '', run: 0 })}
                  >
                    <img src={app.icon} alt="" width="56" height="56" />
                    <span>
                      <strong>{app.name}</strong>
                      <small>{app.tagline}</small>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
            <GuardianRequests session={session} />
            <Inbox key={session.userId} />
            <h2>You</h2>
            <ul class="tiles">
              <li>
                <button type="button" onClick={() => setScreen({ name: 'privacy' })}>
                  <span class="glyph" aria-hidden="true">
                    ⛨
                  </span>
                  <span>
                    <strong>Privacy</strong>
                    <small>What you share with mini programs, and how to stop it</small>
                  </span>
                </button>
              </li>
            </ul>
            <Users session={session} switchUser={switchUser} />
          </div>
        </div>
      )}
      {screen.name === 'privacy' && <Privacy back={home} />}
      {screen.name === 'authorize' && (
        <Authorize back={home} session={session} switchUser={switchUser} />
      )}
      {screen.name === 'app' && (
        <MiniProgramScreen
          key={`${screen.app.appId}-${screen.run}`}
          app={screen.app}
          hash={screen.hash}
          deepLink={screen.deepLink ?? false}
          back={home}
        />
      )}
    </section>
  )
}

/** A link such as `/?open=kopi-house` opens a mini program. */
function firstScreenOf({ miniPrograms }: Session): Screen {
  if (location.pathname === '/authorize') return { name: 'authorize' }
  const linked = new URLSearchParams(location.search).get('open')
  const app = miniPrograms.find(({ appId }) => appId === linked)
  return app ? { name: 'app', app, hash: '', run: 0, deepLink: true } : { name: 'home' }
}
