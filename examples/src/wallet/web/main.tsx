/**
 * @module The demo wallet: a phone, and a panel that shows all calls.
 */
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { post, readSession, type Session } from './api.ts'
import { type Attack, CallPanel } from './call-panel.tsx'
import { Phone } from './phone.tsx'

function App() {
  const [session, setSession] = useState<Session>()
  const [attack, setAttack] = useState<Attack>()
  useEffect(() => void readSession().then(setSession), [])
  if (!session) return null

  async function switchUser(userId: string): Promise<void> {
    await post('session', { userId })
    setAttack(undefined)
    setSession(await readSession())
  }

  return (
    <div class="stage">
      <Phone key={session.userId} session={session} attack={attack} switchUser={switchUser} />
      <CallPanel onAttack={(name) => setAttack({ name, count: (attack?.count ?? 0) + 1 })} />
    </div>
  )
}

render(<App />, document.getElementById('root') as HTMLElement)
