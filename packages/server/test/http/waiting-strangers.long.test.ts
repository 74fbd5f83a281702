/**
 * @module Strangers who make the server wait: they name clients whose `jwks_uri` hangs, at every endpoint that then waits. Nothing
 * changes for merchants, wallets and withdrawals.
 */
import { randomUUID, sign } from 'node:crypto'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Method } from '../../src/http/endpoint.ts'
import { ENDPOINTS } from '../../src/http/endpoints.ts'
import { ISSUER, OTHER_KEY, REDIRECT_URI, startOAuthServer } from '../support/oauth.ts'
import { APP_ID, type TestConfig, type TestServer } from '../support/server.ts'
import { type Outcomes, prepareWitnesses, type Witnesses } from '../support/witnesses.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const CROWDS = [256, 1030] as const
/** Few requests wait for the keys of one client (docs/oauth.md#keys-of-clients). */
const MAX_WAITING_PER_CLIENT = 32

type Target = { readonly path: string; readonly method: Method }

/** Every endpoint with every method, in the tables of the server: a new one is tried, too. */
const TARGETS: readonly Target[] = ENDPOINTS.flatMap(({ path, methods }) =>
  (methods === 'all' ? (['GET', 'POST'] as const) : methods).map((method) => ({ path, method })),
)
/** The endpoints that made the server wait when this test was written. */
const KNOWN = [
  'GET /oauth2/authorize',
  'POST /oauth2/authorize',
  'POST /oauth2/introspect',
  'POST /oauth2/par',
  'POST /oauth2/revoke',
  'POST /oauth2/token',
]

let hanging: Server
let server: TestServer
let witnesses: Witnesses
let before: Outcomes
/** The paths of the key sets that the server has tried to fetch. */
const fetched = new Set<string>()

/** One client per endpoint and crowd, because a failure of its key set is remembered. */
const clientId = (target: number, crowd: number): string => `hangs-${target}-${crowd}`

function withHangingClients(config: TestConfig, origin: string): TestConfig {
  const [kopi, ...others] = config.clients
  if (!kopi) throw new Error('The test configuration has no client.')
  const clients = TARGETS.flatMap((_, target) =>
    [1, ...CROWDS].map((crowd) => ({
      clientId: clientId(target, crowd),
      appId: APP_ID,
      tokenEndpointAuthMethod: 'private_key_jwt' as const,
      jwksUri: `${origin}/${clientId(target, crowd)}`,
      redirectUris: [REDIRECT_URI],
    })),
  )
  return {
    ...config,
    notifications: { allowPrivateAddresses: true },
    clients: [{ ...kopi, oauth: [...(kopi.oauth ?? []), ...clients] }, ...others],
  }
}

beforeAll(async () => {
  hanging = createServer(({ url = '' }) => void fetched.add(url.slice(1)))
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`
  server = await startOAuthServer((config) => withHangingClients(config, origin))
  witnesses = await prepareWitnesses(server, 30)
  before = await witnesses.callAll()
})
afterAll(async () => {
  hanging.closeAllConnections()
  hanging.close()
  await server.close()
})

/** A JWT that names the client and is signed with a key that nobody has registered. */
function jwtOf(id: string): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = server.clock.now + 60
  const claims = { iss: id, sub: id, client_id: id, aud: ISSUER, exp, jti: randomUUID() }
  const content = `${encode({ alg: 'ES256', kid: 'x' })}.${encode(claims)}`
  const key = { key: OTHER_KEY.privateKey, dsaEncoding: 'ieee-p1363' } as const
  return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`
}

type Crowd = {
  /** The statuses of the replies so far. */
  readonly statuses: number[]
  /** Resolves when every request was sent. */
  readonly sent: Promise<unknown>
  leave(): void
}

/** Sends requests on a connection each, with everything that a stranger can write about a client. */
function gather({ path, method }: Target, id: string, size: number): Crowd {
  const jwt = jwtOf(id)
  const form = new URLSearchParams({
    client_id: id,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: jwt,
    request: jwt,
    grant_type: 'client_credentials',
    token: 'x',
  }).toString()
  const target = path.replaceAll(/:\w+|\*/g, 'x') + (method === 'POST' ? '' : `?${form}`)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const statuses: number[] = []
  const requests = Array.from({ length: size }, () => {
    const { hostname, port } = new URL(server.url)
    const options = { hostname, port, path: target, method, headers, agent: false } as const
    const request = httpRequest(options, (response) => {
      statuses.push(response.statusCode ?? 0)
      response.resume()
    })
    request.on('error', () => {})
    request.end(method === 'POST' ? form : '')
    return request
  })
  return {
    statuses,
    sent: Promise.all(
      requests.map((request) => new Promise((resolve) => request.once('finish', resolve))),
    ),
    leave() {
      for (const request of requests) request.destroy()
    },
  }
}

async function metric(name: string): Promise<number> {
  const text = await server.readMetrics()
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1])
}

describe('strangers', () => {
  let waits: (Target & { readonly index: number })[]

  it('make the server wait at these endpoints', async () => {
    const crowds = TARGETS.map((target, index) => gather(target, clientId(index, 1), 1))
    await expect.poll(() => fetched.size).toBeGreaterThanOrEqual(KNOWN.length)
    // Every request that does not wait has a response by then.
    await expect
      .poll(() => crowds.filter(({ statuses }) => statuses.length === 0).length)
      .toBe(fetched.size)
    waits = TARGETS.map((target, index) => ({ ...target, index })).filter(({ index }) =>
      fetched.has(clientId(index, 1)),
    )
    expect(waits.map(({ path, method }) => `${method} ${path}`).sort()).toEqual(KNOWN)
    for (const crowd of crowds) crowd.leave()
  })

  it.each(CROWDS)('change nothing for others: %d at each of them', async (size) => {
    for (const target of waits) {
      const id = clientId(target.index, size)
      const crowd = gather(target, id, size)
      await crowd.sent
      await expect.poll(() => fetched.has(id), { timeout: 30_000 }).toBe(true)
      expect(await witnesses.callAll()).toEqual(before)
      await expect
        .poll(() => crowd.statuses.length, { timeout: 30_000 })
        .toBeGreaterThanOrEqual(size - MAX_WAITING_PER_CLIENT)
      expect(await witnesses.callAll()).toEqual(before)
      expect(new Set(crowd.statuses)).not.toContain(200)
      crowd.leave()
    }
    expect(await metric('assent_http_requests_shed_total')).toBe(0)
    await expect.poll(() => metric('assent_http_requests_in_flight')).toBe(0)
  })
})
