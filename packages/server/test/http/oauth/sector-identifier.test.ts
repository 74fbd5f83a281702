/**
 * @module The document at `sector_identifier_uri`, whose address anybody may name: it is fetched from public addresses only, and a host that
 * hangs holds no places of others.
 * @see docs/operating.md#outside-addresses
 */

import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKeyStore } from '../../../src/crypto/keys/key-store.ts'
import { createSealedCredentials } from '../../../src/crypto/sealed-credentials.ts'
import { INSTALLATION } from '../../support/installation.ts'
import { invitationTo, REDIRECT_URI, startOAuthServer } from '../../support/oauth.ts'
import { APP_ID, type JsonReply, send, type TestServer } from '../../support/server.ts'
import { json, startUpstream, type Upstream } from '../../support/upstream.ts'
import { prepareWitnesses } from '../../support/witnesses.ts'

/** docs/operating.md#outside-addresses */
const MAX_IN_FLIGHT = 4
const CROWD = 64

type Registration = { readonly status: number; readonly json: JsonReply }

type SealedCredentials = ReturnType<typeof createSealedCredentials>

const sealers = new Map<TestServer, SealedCredentials>()

/** Reads the keys of a server once. */
function invitations(server: TestServer): SealedCredentials {
  const known = sealers.get(server)
  if (known) return known
  const { master } = openKeyStore(join(server.folder, 'keys'))
  const sealer = createSealedCredentials(master, INSTALLATION)
  sealers.set(server, sealer)
  return sealer
}

async function register(server: TestServer, sectorIdentifierUri: string): Promise<Registration> {
  const { now } = server.clock
  const bearer = invitations(server).sealRegistrationToken(invitationTo(APP_ID, now + 600), now)
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
  const metadata = { redirect_uris: [REDIRECT_URI], sector_identifier_uri: sectorIdentifierUri }
  const reply = await send(server, '/oauth2/register', headers, JSON.stringify(metadata))
  return { status: reply.status, json: JSON.parse(reply.body) }
}

function start(allowPrivateAddresses: boolean): Promise<TestServer> {
  return startOAuthServer((config) => ({ ...config, notifications: { allowPrivateAddresses } }))
}

/** It allows private addresses. */
let server: TestServer
beforeAll(async () => {
  server = await start(true)
})
afterAll(() => server.close())

describe('the host of a sector identifier', () => {
  let host: Upstream
  let other: Upstream
  const hanging: ServerResponse[] = []

  beforeAll(async () => {
    host = await startUpstream()
    other = await startUpstream()
    other.answer = json([REDIRECT_URI])
  })
  afterAll(async () => {
    host.close()
    other.close()
  })

  async function metric(name: string): Promise<number> {
    const lines = (await server.readMetrics()).split('\n')
    return Number(
      lines
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')
        .at(-1),
    )
  }

  it('that hangs has a few calls, whatever the path, and changes nothing for others', async () => {
    const witnesses = await prepareWitnesses(server, 2)
    const before = await witnesses.callAll()
    host.answer = (response) => void hanging.push(response)
    const crowd = Array.from({ length: CROWD }, (_, n) => register(server, `${host.url}/${n}.json`))
    await expect.poll(() => host.arrived.length, { timeout: 20_000 }).toBe(MAX_IN_FLIGHT)
    await expect
      .poll(() => metric('assent_outbound_calls_rejected_total{kind="document",reason="full"}'), {
        timeout: 20_000,
      })
      .toBeGreaterThan(0)
    expect(await metric('assent_http_requests_waiting')).toBeLessThanOrEqual(MAX_IN_FLIGHT)
    expect((await register(server, `${other.url}/sector.json`)).status).toBe(201)
    expect(await witnesses.callAll()).toEqual(before)
    const outcomes = (await Promise.all(crowd)).map((one) => `${one.status} ${one.json['error']}`)
    expect(new Set(outcomes)).toEqual(new Set(['400 invalid_client_metadata']))
    expect(await metric('assent_outbound_addresses_paused{kind="document"}')).toBe(1)
  })
})

describe('a document at an address that is not public', () => {
  let listener: TcpServer
  let port: number
  let connections = 0

  beforeAll(async () => {
    listener = createTcpServer((socket) => {
      connections++
      socket.destroy()
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    port = (listener.address() as AddressInfo).port
  })
  afterAll(() => listener.close())

  const HOSTS = ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '127.1', '2130706433']

  it('is never requested', async () => {
    const strict = await start(false)
    for (const host of HOSTS) {
      const { status, json } = await register(strict, `https://${host}:${port}/sector.json`)
      expect([host, status, json['error']]).toEqual([host, 400, 'invalid_client_metadata'])
    }
    await strict.close()
    expect(connections).toBe(0)
  })

  it('is requested when the operator allows it', async () => {
    await register(server, `https://127.0.0.1:${port}/sector.json`)
    expect(connections).toBeGreaterThan(0)
  })
})

describe('a document', () => {
  let host: Upstream

  it.each<readonly [string, Upstream['answer']]>([
    [
      'that is elsewhere is not followed',
      (response) => void response.writeHead(302, { location: '/moved.json' }).end(),
    ],
    ['that is too long is rejected', json([REDIRECT_URI, 'x'.repeat(64 * 1024)])],
    ['with another status than 200 is rejected', json([REDIRECT_URI], 203)],
  ])('%s', async (_, answer) => {
    host = await startUpstream()
    host.answer = (response, arrived) =>
      arrived.url === '/moved.json'
        ? json([REDIRECT_URI])(response, arrived)
        : answer(response, arrived)
    const { status, json: reply } = await register(server, `${host.url}/sector.json`)
    expect([status, reply['error']]).toEqual([400, 'invalid_client_metadata'])
    expect(host.arrived.map(({ url }) => url)).toEqual(['/sector.json'])
    host.close()
  })
})
