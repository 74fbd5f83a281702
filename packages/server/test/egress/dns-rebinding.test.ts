/**
 * @module The egress client looks a name up once per connection, and connects to nothing but the addresses that it has checked.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEgressClient } from '../../src/egress/egress-client.ts'

type LookupAddress = { readonly address: string; readonly family: number }

/** What the resolver of the attacker returns, one entry per lookup. */
const { answers } = vi.hoisted(() => ({ answers: [] as LookupAddress[][] }))

vi.mock('node:dns', async (original) => ({
  ...(await original<typeof import('node:dns')>()),
  lookup: (
    _hostname: string,
    _options: object,
    callback: (error: Error | null, addresses: LookupAddress[]) => void,
  ) => callback(null, answers.shift() ?? []),
}))

const PUBLIC = { address: '8.8.8.8', family: 4 }
const LOOPBACK = { address: '127.0.0.1', family: 4 }

let server: Server
let arrived = 0

beforeAll(async () => {
  server = createServer((_request, response) => {
    arrived++
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
beforeEach(() => {
  arrived = 0
})
afterAll(() => {
  server.close()
})

async function get(...lookups: LookupAddress[][]): Promise<unknown> {
  answers.splice(0, answers.length, ...lookups)
  const egress = createEgressClient({ allowPrivate: false })
  const { port } = server.address() as AddressInfo
  const error = await egress.get(`http://rebinding.example:${port}/`).catch((failure) => failure)
  await egress.close()
  return error
}

describe('a name that resolves to', () => {
  it.each([
    { name: 'a private address', first: [LOOPBACK] },
    { name: 'no address', first: [] },
    { name: 'several private addresses', first: [LOOPBACK, { address: '::1', family: 6 }] },
  ])('$name is rejected without a second lookup', async ({ first }) => {
    expect(String(await get(first, [PUBLIC], [LOOPBACK]))).toMatch(/EgressError/)
    expect(answers).toHaveLength(2)
    expect(arrived).toBe(0)
  })
})
