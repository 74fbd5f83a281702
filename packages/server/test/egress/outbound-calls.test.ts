/**
 * @module Calls to outside addresses: each address has its own bulkhead and circuit breaker.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createOutboundCalls,
  OUTBOUND_KINDS,
  type RunningOutboundCalls,
} from '../../src/egress/outbound-calls.ts'
import {
  type OutboundAddress,
  OutboundCallRejectedError,
  type OutboundKind,
} from '../../src/engine/ports/outbound-calls.ts'

/** docs/operating.md#outside-addresses */
const DOCUMENTED: Readonly<
  Record<OutboundKind, { inFlight: number; queued: number; failures: number; pauses: number[] }>
> = {
  directory: { inFlight: 128, queued: 64, failures: 5, pauses: [1000, 2000, 4000, 8000, 10_000] },
  api: { inFlight: 64, queued: 0, failures: 5, pauses: [2000, 2000, 2000] },
  jwks: { inFlight: 1, queued: 0, failures: 1, pauses: [5000, 10_000, 20_000, 40_000, 60_000] },
  document: { inFlight: 4, queued: 0, failures: 1, pauses: [5000, 10_000, 20_000, 40_000, 60_000] },
  webhook: { inFlight: 16, queued: 0, failures: 5, pauses: [1000, 2000, 4000, 5000] },
}

let outbound: RunningOutboundCalls
let log: object[]

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  log = []
  outbound = createOutboundCalls({ warn: (context) => log.push(context) })
})
afterEach(() => {
  vi.useRealTimers()
})

const addressOf = (kind: OutboundKind, key = 'a'): OutboundAddress => ({ kind, key, name: key })
const fail = async (): Promise<never> => {
  throw new Error('fault')
}

/** @returns the name of the error, or the result */
async function outcomeOf(address: OutboundAddress, call: () => Promise<unknown>): Promise<unknown> {
  return outbound.run(address, call).catch((error: Error) => error.name)
}

describe.each(OUTBOUND_KINDS)('%s', (kind) => {
  const { inFlight, queued, failures, pauses } = DOCUMENTED[kind]

  it(`has ${inFlight} calls in flight and ${queued} in the queue of one address`, async () => {
    let finish: (value: string) => void = () => {}
    const result = new Promise<string>((resolve) => {
      finish = resolve
    })
    let started = 0
    const calls = Array.from({ length: inFlight + queued + 3 }, () =>
      outcomeOf(addressOf(kind), () => {
        started++
        return result
      }),
    )
    await vi.waitFor(() => expect(started).toBe(inFlight))
    expect(outbound.statistics()).toContainEqual({
      kind,
      inFlight,
      paused: 0,
      rejectedFull: 3,
      rejectedPaused: 0,
    })
    expect(await outcomeOf(addressOf(kind, 'other'), async () => 'done')).toBe('done')
    finish('done')
    const outcomes = await Promise.all(calls)
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(inFlight + queued)
    expect(outcomes.filter((one) => one === OutboundCallRejectedError.name)).toHaveLength(3)
  })

  it(`pauses after ${failures} failures in a row, for longer each time`, async () => {
    for (let n = 1; n < failures; n++) expect(await outcomeOf(addressOf(kind), fail)).toBe('Error')
    expect(outbound.statistics()).toContainEqual(expect.objectContaining({ kind, paused: 0 }))
    for (const pause of pauses) {
      expect(await outcomeOf(addressOf(kind), fail)).toBe('Error')
      expect(outbound.statistics()).toContainEqual(expect.objectContaining({ kind, paused: 1 }))
      vi.advanceTimersByTime(pause - 1)
      expect(await outcomeOf(addressOf(kind), fail)).toBe('OutboundCallRejectedError')
      vi.advanceTimersByTime(1)
    }
    expect(log).toContainEqual({ kind, name: 'a' })
    expect(await outcomeOf(addressOf(kind, 'other'), async () => 'done')).toBe('done')
    expect(await outcomeOf(addressOf(kind), async () => 'done')).toBe('done')
    expect(outbound.statistics()).toContainEqual(expect.objectContaining({ kind, paused: 0 }))
  })

  it('lets no call wait for the one that tests the address', async () => {
    for (let n = 0; n < failures; n++) await outcomeOf(addressOf(kind), fail)
    vi.advanceTimersByTime(pauses[0] ?? 0)
    let finish: (value: string) => void = () => {}
    const test = outcomeOf(
      addressOf(kind),
      () =>
        new Promise((resolve) => {
          finish = resolve
        }),
    )
    expect(await outcomeOf(addressOf(kind), async () => 'done')).toBe('OutboundCallRejectedError')
    finish('tested')
    expect(await test).toBe('tested')
    expect(await outcomeOf(addressOf(kind), async () => 'done')).toBe('done')
  })
})

it('does not pause for errors that are no failure of the address', async () => {
  const address = { ...addressOf('directory'), isUnavailable: () => false }
  for (let n = 0; n < 20; n++) expect(await outcomeOf(address, fail)).toBe('Error')
  expect(await outcomeOf(address, async () => 'done')).toBe('done')
})
