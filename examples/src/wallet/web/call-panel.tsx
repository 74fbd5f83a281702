/**
 * @module The panel beside the phone: a sequence diagram of all calls, with their content.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { type CallEvent, LANES, type Lane, mask } from '../../call-events.ts'
import { post } from './api.ts'

/** An attack that a button of the panel starts in the mini program. */
export type AttackName = 'first-screen' | 'forge' | 'replay'
/** `count` makes the same attack start again. */
export type Attack = { readonly name: AttackName; readonly count: number }

const LANE_NAMES: Readonly<Record<Lane, string>> = {
  miniProgram: 'Mini program',
  wallet: 'Wallet',
  assent: 'Assent',
  merchant: 'Merchant’s server',
}

const ATTACKS: readonly { readonly name: AttackName; readonly label: string }[] = [
  { name: 'first-screen', label: 'Request on the first screen' },
  { name: 'forge', label: 'Forge the appId' },
  { name: 'replay', label: 'Use a code twice' },
]

/** Controls of the platform's test server API. */
const TEST_CONTROLS = [
  { label: 'Advance 31 days', control: 'test-server/time', body: { advanceSeconds: 31 * 86_400 } },
  {
    label: 'Fail the next call: overloaded',
    control: 'test-server/fail',
    body: { cause: 'OVERLOADED' },
  },
] as const

const MAX_EVENTS = 60

/** Shows an event of this browser: a message between page and host. */
export function publish(event: Omit<CallEvent, 'at'>): void {
  dispatchEvent(new CustomEvent('loop', { detail: mask({ ...event, at: Date.now() }) }))
}

export function CallPanel({ onAttack }: { readonly onAttack: (name: AttackName) => void }) {
  const [events, setEvents] = useState<readonly CallEvent[]>([])
  const list = useRef<HTMLOListElement>(null)

  useEffect(() => {
    const add = (event: CallEvent): void =>
      setEvents((before) => [...before, event].sort((a, b) => a.at - b.at).slice(-MAX_EVENTS))
    const local = (event: Event): void => add((event as CustomEvent<CallEvent>).detail)
    const source = new EventSource('/loop/events')
    source.onmessage = ({ data }) => add(JSON.parse(String(data)) as CallEvent)
    addEventListener('loop', local)
    return () => {
      source.close()
      removeEventListener('loop', local)
    }
  }, [])
  useEffect(() => list.current?.scrollTo({ top: list.current.scrollHeight }), [events])

  return (
    <section class="loop" aria-label="Calls, live">
      <header>
        <div>
          <h2>Calls, live</h2>
          <p class="muted">
            Every call as it happens. Open a call to see its content. Secrets are masked.
          </p>
        </div>
        <button type="button" class="text" onClick={() => setEvents([])}>
          Clear
        </button>
      </header>
      <div class="lanes" aria-hidden="true">
        {LANES.map((lane) => (
          <span key={lane}>{LANE_NAMES[lane]}</span>
        ))}
      </div>
      <ol ref={list} class="events">
        {events.length === 0 && <li class="empty muted">Open a mini program on the phone.</li>}
        {events.map((event, index) => (
          <CallArrow key={index} event={event} />
        ))}
      </ol>
      <footer>
        <div>
          <span class="muted">Rejected attacks:</span>
          {ATTACKS.map(({ name, label }) => (
            <button type="button" class="plain" key={name} onClick={() => onAttack(name)}>
              {label}
            </button>
          ))}
        </div>
        <div>
          <span class="muted">Test server:</span>
          {TEST_CONTROLS.map(({ label, control, body }) => (
            <button
              type="button"
              class="plain"
              key={label}
              onClick={() => void post(control, body)}
            >
              {label}
            </button>
          ))}
        </div>
      </footer>
    </section>
  )
}

function CallArrow({ event }: { readonly event: CallEvent }) {
  const from = LANES.indexOf(event.from)
  const to = LANES.indexOf(event.to)
  const backwards = to < from
  const first = Math.min(from, to)
  const lanes = Math.abs(to - from) + 1
  // The line connects the centers of the two lanes.
  const place = { gridColumn: `${first + 1} / span ${lanes}`, '--inset': `${50 / lanes}%` }
  return (
    <li class={event.ok ? 'event' : 'event failed'}>
      <details>
        <summary>
          <span class={backwards ? 'arrow backwards' : 'arrow'} style={place}>
            <span class="label">
              <b>{event.step}</b> {event.title}
              {event.outcome && <em>{event.outcome}</em>}
              {event.milliseconds !== undefined && <i>{event.milliseconds} ms</i>}
            </span>
            <span class="line" aria-hidden="true" />
          </span>
          <span class="visually-hidden">
            {LANE_NAMES[event.from]} to {LANE_NAMES[event.to]}
          </span>
        </summary>
        {event.detail && <pre>{JSON.stringify(event.detail, null, 2)}</pre>}
      </details>
    </li>
  )
}
