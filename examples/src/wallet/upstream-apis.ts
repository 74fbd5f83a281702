/**
 * @module Two APIs of the wallet behind Assent's gateway: the user's cards, and messages for the inbox. Only Assent calls them. A signed
 * assertion identifies the user and the mini program.
 *
 * @see docs/gateway.md#what-your-server-receives
 */
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { DemoSetup } from '../setup.ts'
import { SHOPS } from '../shops.ts'

export type Message = {
  /** The name of the mini program. */
  readonly from: string
  readonly text: string
  /** Epoch milliseconds. */
  readonly at: number
}

export type UpstreamApis = {
  readonly app: FastifyInstance
  /** Latest first. */
  messagesOf(userId: string): readonly Message[]
}

const CARDS: Readonly<Record<string, readonly object[]>> = {
  'u-1001': [
    { cardId: 'c-1', brand: 'Visa', lastFour: '4242', number: '4242424242424242', balance: 12_500 },
    { cardId: 'c-2', brand: 'BancNet', lastFour: '1881', number: '6010111111111881', balance: 310 },
  ],
  'u-1002': [
    { cardId: 'c-3', brand: 'Qi Card', lastFour: '9005', number: '5022291111119005', balance: 88 },
  ],
}

export function createUpstreamApis({ urls }: DemoSetup): UpstreamApis {
  const app = Fastify({ logger: false }) as unknown as FastifyInstance
  const keys = createRemoteJWKSet(new URL(`${urls.platform}/oauth2/jwks`))
  const inbox = new Map<string, Message[]>()
  /** Responses by idempotency key. A repeated request receives the same response. */
  const responses = new Map<string, object>()

  /** Reads the user and the mini program from the assertion. @throws when the assertion is invalid */
  async function callerOf({ headers }: FastifyRequest): Promise<{ userId: string; appId: string }> {
    const { payload } = await jwtVerify(String(headers['assent-assertion']), keys, {
      issuer: urls.platform,
      audience: urls.upstream,
      algorithms: ['ES256'],
    })
    return { userId: payload.sub ?? '', appId: String(payload['app_id']) }
  }

  // The response also has numbers and balances. Assent removes fields that the API does not declare.
  app.post('/cards', async (request) => {
    const { userId } = await callerOf(request)
    return { cards: CARDS[userId] ?? [] }
  })

  app.post('/inbox', async (request: FastifyRequest<{ Body: { text?: string } }>) => {
    const { userId, appId } = await callerOf(request)
    const key = String(request.headers['idempotency-key'])
    const earlier = responses.get(key)
    if (earlier) return earlier
    const from = SHOPS.find((shop) => shop.appId === appId)?.name ?? appId
    const text = String(request.body.text ?? '').slice(0, 200)
    const messages = inbox.get(userId) ?? []
    inbox.set(userId, [{ from, text, at: Date.now() }, ...messages].slice(0, 20))
    const response = { messageId: `m-${responses.size + 1}` }
    responses.set(key, response)
    return response
  })

  return { app, messagesOf: (userId) => inbox.get(userId) ?? [] }
}
