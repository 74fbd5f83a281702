/**
 * @module The loop, live: four lanes, an arrow for each call, and what was in it.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { LANES, type Lane, type LoopEvent, masked } from '../../loop.ts'
import { post } from './api.ts'

export type TrialName = 'first-screen' | 'forge' | 'replay'
/** The count makes the same trial start again. */
export type Trial = { readonly name: TrialName; readonly count: number }

const LANE_NAMES: Readonly<Record<Lane, string>> = {
  miniProgram: 'Mini program',
  wallet: 'Wallet',
  assent: 'Assent',
  merchant: 'Merchant’s server',
}

const TRIALS: readonly { readonly name: TrialName; readonly label: string }[] = [
  { name: 'first-screen', label: 'Ask on the first screen' },
  { name: 'forge', label: 'Forge the appId' },
  { name: 'replay', label: 'Use a code twice' },
]

/** The test server API of the platform. */
const LAB = [
  { label: '31 days later', control: 'test-server/time', body: { advanceSeconds: 31 * 86_400 } },
  { label: 'Next call: overloaded', control: 'test-server/fail', body: { cause: 'OVERLOADED' } },
] as const

const MAX_EVENTS = 60

/** Shows an event of this browser's own: what passes between page and host. */
export function publish(event: Omit<LoopEvent, 'at'>): void {
  dispatchEvent(new CustomEvent('loop', { detail: masked({ ...event, at: Date.now() }) }))
}

export function LoopPanel({ onTry }: { readonly onTry: (name: TrialName) => void }) {
  const [events, setEvents] = useState<readonly LoopEvent[]>([])
  const list = useRef<HTMLOListElement>(null)

  useEffect(() => {
    const add = (event: LoopEvent): void =>
      setEvents((before) => [...before, event].sort((a, b) => a.at - b.at).slice(-MAX_EVENTS))
    const local = (event: Event): void => add((event as CustomEvent<LoopEvent>).detail)
    const source = new EventSource('/loop/events')
    source.onmessage = ({ data }) => add(JSON.parse(String(data)) as LoopEvent)
    addEventListener('loop', local)
    return () => {
      source.close()
      removeEventListener('loop', local)
    }
  }, [])
  useEffect(() => list.current?.scrollTo({ top: list.current.scrollHeight }), [events])

  return (
    <section class="loop" aria-label="The loop, live">
      <header>
        <div>
          <h2>The loop, live</h2>
          <p class="muted">
            Every call as it happens. Open one to see what was in it; secrets are masked.
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
          <LoopArrow key={index} event={event} />
        ))}
      </ol>
      <footer>
        <div>
          <span class="muted">See it refused:</span>
          {TRIALS.map(({ name, label }) => (
            <button type="button" class="plain" key={name} onClick={() => onTry(name)}>
              {label}
            </button>
          ))}
        </div>
        <div>
          <span class="muted">Test server:</span>
          {LAB.map(({ label, control, body }) => (
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

function LoopArrow({ event }: { readonly event: LoopEvent }) {
  const from = LANES.indexOf(event.from)
  const to = LANES.indexOf(event.to)
  const backwards = to < from
  const first = Math.min(from, to)
  const lanes = Math.abs(to - from) + 1
  // The line runs from the middle of one lane to the middle of the other.
  const place = { gridColumn: `${first + 1} / span ${lanes}`, '--inset': `${50 / lanes}%` }
  return (
    <li class={event.ok ? 'event' : 'event refused'}>
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
