/**
 * @module The demo wallet: a phone, and beside it the loop as it happens.
 */
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { post, readSession, type Session } from './api.ts'
import { LoopPanel, type Trial } from './loop-panel.tsx'
import { Phone } from './phone.tsx'

function App() {
  const [session, setSession] = useState<Session>()
  const [trial, setTrial] = useState<Trial>()
  useEffect(() => void readSession().then(setSession), [])
  if (!session) return null

  async function switchUser(userId: string): Promise<void> {
    await post('session', { userId })
    setTrial(undefined)
    setSession(await readSession())
  }

  return (
    <div class="stage">
      <Phone key={session.userId} session={session} trial={trial} switchUser={switchUser} />
      <LoopPanel onTry={(name) => setTrial({ name, count: (trial?.count ?? 0) + 1 })} />
    </div>
  )
}

render(<App />, document.getElementById('root') as HTMLElement)
