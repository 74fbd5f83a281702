/**
 * @module Each recipient is told everything in order, while others fail, hang or have no address, and when the process is killed between.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  freePort,
  type Installation,
  install,
  type ServeProcess,
  serve,
} from '../support/command.ts'
import { REDIRECT_URI } from '../support/oauth.ts'
import {
  APP_ID,
  codeFor,
  type TestConfig,
  testConfig,
  USER_ID,
  walletCall,
} from '../support/server.ts'

type Behavior = 'accepts' | 'fails' | 'hangs'

let receiver: Server
let installation: Installation
let port: number
let process: ServeProcess
/** What each path does with a request. */
const behaviors = new Map<string, Behavior>()
/** The ids of the events that each path has accepted. */
const accepted = new Map<string, string[]>()

function configOf(receiverUrl: string): TestConfig {
  const config = testConfig()
  const [client, ...others] = config.clients
  if (!client) throw new Error('The test configuration has no client.')
  const oauthClient = (clientId: string, backchannelLogoutUri: string) => ({
    clientId,
    appId: APP_ID,
    tokenEndpointAuthMethod: 'none' as const,
    redirectUris: [REDIRECT_URI],
    backchannelLogoutUri,
  })
  return {
    ...config,
    notifications: { allowPrivateAddresses: true },
    clients: [
      {
        ...client,
        notifyUrl: `${receiverUrl}/webhook`,
        oauth: [
          oauthClient('first', `${receiverUrl}/first`),
          oauthClient('second', `${receiverUrl}/second`),
          oauthClient('third', `${receiverUrl}/third`),
          oauthClient('unresolvable', 'http://nowhere.invalid/logout'),
        ],
      },
      ...others,
    ],
  }
}

function eventIdOf(body: string): string {
  const token = new URLSearchParams(body).get('logout_token')
  return String(token === null ? JSON.parse(body).eventId : decodeJwt(token)['txn'])
}

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk))
    request.on('end', () => {
      const path = request.url ?? ''
      const behavior = behaviors.get(path) ?? 'accepts'
      if (behavior === 'hangs') return
      if (behavior === 'fails') return void response.writeHead(500).end()
      const known = accepted.get(path) ?? []
      // An event that comes twice is recognized by its id.
      if (!known.includes(eventIdOf(body))) accepted.set(path, [...known, eventIdOf(body)])
      response.writeHead(200).end('{"result":{"resultStatus":"S"}}')
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  installation = install(configOf(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}`))
  port = await freePort()
  process = await serve(installation, port)
})
afterAll(async () => {
  process.child.kill('SIGKILL')
  await process.ended
  receiver.closeAllConnections()
  await new Promise((resolve) => receiver.close(resolve))
  installation.remove()
})

/** Grants and withdraws a scope: two events each time. */
async function grantAndWithdraw(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await codeFor(process, ['USER_NAME'])
    await walletCall(process, 'revoke', { userId: USER_ID, appId: APP_ID })
  }
}

async function killAndRestart(): Promise<void> {
  process.child.kill('SIGKILL')
  await process.ended
  process = await serve(installation, port)
}

/** Everything since the start, in order: event ids end with the epoch of the grant. */
function expectAll(path: string, count: number): Promise<void> {
  return expect
    .poll(() => accepted.get(path)?.length, { timeout: 90_000, interval: 50 })
    .toBe(count)
    .then(() => {
      const epochs = (accepted.get(path) ?? []).map((id) => Number(id.split('-')[1]))
      expect(epochs).toEqual([...epochs].sort((one, other) => one - other))
    })
}

describe('the deliveries of an event', () => {
  it('reach the webhook while logout URIs fail, hang and do not exist, and over a kill', async () => {
    behaviors.set('/first', 'fails').set('/second', 'hangs')
    await grantAndWithdraw(3)
    await killAndRestart()
    await grantAndWithdraw(3)
    await expectAll('/webhook', 12)
    await expectAll('/third', 6)
    expect([accepted.has('/first'), accepted.has('/second')]).toEqual([false, false])
  })

  it('reach the logout URIs while the webhook fails, and over a kill', async () => {
    behaviors.set('/webhook', 'fails')
    await grantAndWithdraw(2)
    await killAndRestart()
    await grantAndWithdraw(2)
    await expectAll('/third', 10)
    expect(accepted.get('/webhook')).toHaveLength(12)
  })

  it('reach the webhook when it is well again, in order', async () => {
    behaviors.set('/webhook', 'accepts')
    await expectAll('/webhook', 20)
  })
})
