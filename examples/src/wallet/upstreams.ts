/**
 * @module Two APIs of the wallet's own, behind Assent's gateway: the user's cards, and messages for the inbox. They are called by Assent
 * alone; who calls is in an assertion that its key has signed.
 */
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { DemoSetup } from '../setup.ts'
import { SHOPS } from '../shops.ts'

export type Message = {
  /** Who sent it, as users know it. */
  readonly from: string
  readonly text: string
  /** Epoch milliseconds. */
  readonly at: number
}

export type UpstreamClient = {
  readonly app: FastifyInstance
  /** The latest first. */
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

export function createUpstreamClient({ urls }: DemoSetup): UpstreamClient {
  const app = Fastify({ logger: false }) as unknown as FastifyInstance
  const keys = createRemoteJWKSet(new URL(`${urls.platform}/oauth2/jwks`))
  const inbox = new Map<string, Message[]>()
  /** What was done for each key: a repeated request gets the same answer. */
  const done = new Map<string, object>()

  /** The user and the mini program that the platform says are calling. @throws when it does not say so */
  async function callerOf({ headers }: FastifyRequest): Promise<{ userId: string; appId: string }> {
    const { payload } = await jwtVerify(String(headers['assent-assertion']), keys, {
      issuer: urls.platform,
      audience: urls.upstream,
      algorithms: ['ES256'],
    })
    return { userId: payload.sub ?? '', appId: String(payload['app_id']) }
  }

  // Numbers and balances are here too: that they stay in the wallet is Assent's to see to.
  app.post('/cards', async (request) => {
    const { userId } = await callerOf(request)
    return { cards: CARDS[userId] ?? [] }
  })

  app.post('/inbox', async (request: FastifyRequest<{ Body: { text?: string } }>) => {
    const { userId, appId } = await callerOf(request)
    const key = String(request.headers['idempotency-key'])
    const known = done.get(key)
    if (known) return known
    const from = SHOPS.find((shop) => shop.appId === appId)?.name ?? appId
    const text = String(request.body.text ?? '').slice(0, 200)
    const messages = inbox.get(userId) ?? []
    inbox.set(userId, [{ from, text, at: Date.now() }, ...messages].slice(0, 20))
    const answer = { messageId: `m-${done.size + 1}` }
    done.set(key, answer)
    return answer
  })

  return { app, messagesOf: (userId) => inbox.get(userId) ?? [] }
}
