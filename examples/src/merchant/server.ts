/**
 * @module The merchants' server on our SDK: trades codes for tokens, keeps the tokens to itself, and gives the page its
 * own session and what the page may show.
 */
import { randomBytes } from 'node:crypto'
import { createMerchantClient, type MerchantClient } from '@assent/merchant'
import cors from '@fastify/cors'
import Fastify, { type FastifyInstance } from 'fastify'
import { type LoopEvent, masked } from '../loop.ts'
import type { DemoSetup } from '../setup.ts'
import { type Member, SHOPS, type Shop } from '../shops.ts'

export type MerchantServerOptions = {
  readonly setup: DemoSetup
  readonly platformPublicKey: string
  /** Shows a call in the wallet's panel. */
  readonly publish: (event: LoopEvent) => void
}

type Session = { readonly customerId: string; readonly appId: string }
type PageRequest = {
  readonly appId?: string
  readonly authCode?: string
  readonly session?: string
}
type Answer = {
  readonly session?: string
  readonly member?: Member
  readonly error?: { code: string; message: string }
}

export function createMerchantServer(options: MerchantServerOptions): FastifyInstance {
  const { setup, publish } = options
  const app = Fastify({ logger: false }) as unknown as FastifyInstance
  const sessions = new Map<string, Session>()
  const clients = new Map(
    SHOPS.map((shop) => [shop.appId, { shop, client: clientOf(shop, options) }]),
  )
  void app.register(cors, { origin: [setup.urls.miniProgram], methods: ['POST'] })

  /** Answers the page, and shows both ways in the panel. */
  async function answer(
    title: string,
    body: PageRequest,
    act: (client: MerchantClient, shop: Shop) => Promise<Answer>,
  ): Promise<Answer> {
    publish({
      at: Date.now(),
      step: '2',
      from: 'miniProgram',
      to: 'merchant',
      title,
      outcome: '',
      ok: true,
      detail: { body: masked(body) },
    })
    const known = clients.get(body.appId ?? '')
    const result = known
      ? await act(known.client, known.shop).catch(toError)
      : { error: { code: 'UNKNOWN_SHOP', message: 'There is no such shop.' } }
    const outcome = result.error?.code ?? 'OK'
    publish({
      at: Date.now(),
      step: '2.4',
      from: 'merchant',
      to: 'miniProgram',
      title: 'result',
      outcome,
      ok: !result.error,
      detail: { body: { ...result, ...(result.session && { session: '…' }) } },
    })
    return result
  }

  app.post('/login', (request) => {
    const body = request.body as PageRequest
    return answer('login with the code', body, async (client, shop) => {
      const { customerId } = await client.applyToken({ authCode: body.authCode ?? '' })
      const session = randomBytes(18).toString('base64url')
      sessions.set(session, { customerId, appId: shop.appId })
      return { session }
    })
  })

  app.post('/member', (request) => {
    const body = request.body as PageRequest
    return answer('show my data', body, async (client, shop) => {
      const session = sessions.get(body.session ?? '')
      if (session?.appId !== shop.appId)
        return { error: { code: 'NO_SESSION', message: 'Log in first.' } }
      const { userId: _userId, ...member } = await client.inquiryUserInfo(session.customerId)
      return { member }
    })
  })
  return app
}

function toError(error: unknown): Answer {
  const { code, resultCode, message, cause } = error as Error & {
    code?: string
    resultCode?: string
    cause?: unknown
  }
  const underlying = (cause as { resultCode?: string } | undefined)?.resultCode
  return { error: { code: resultCode ?? underlying ?? code ?? 'ERROR', message } }
}

function clientOf(
  shop: Shop,
  { setup, platformPublicKey, publish }: MerchantServerOptions,
): MerchantClient {
  return createMerchantClient({
    baseUrl: setup.urls.platform,
    clientId: shop.clientId,
    privateKey: setup.merchantKey,
    platformPublicKey,
    fetch: observed(publish),
  })
}

/** The SDK's own fetch, with each call shown in the panel. */
function observed(publish: (event: LoopEvent) => void): typeof fetch {
  return async (input, init) => {
    const startedAt = performance.now()
    const response = await fetch(input, init)
    const reply = JSON.parse(await response.clone().text()) as {
      result?: { resultCode: string; resultStatus: string }
    }
    const { pathname } = new URL(String(input))
    const isToken = pathname.includes('applyToken')
    publish(
      masked<LoopEvent>({
        at: Date.now(),
        step: isToken ? '2.1' : '2.3',
        from: 'merchant',
        to: 'assent',
        title: pathname.split('/').at(-1) ?? pathname,
        outcome: reply.result?.resultCode ?? String(response.status),
        ok: reply.result?.resultStatus === 'S',
        milliseconds: Math.round(performance.now() - startedAt),
        detail: {
          request: `POST ${pathname}`,
          requestHeaders: init?.headers,
          requestBody: JSON.parse(String(init?.body)) as unknown,
          replyHeaders: Object.fromEntries(response.headers),
          replyBody: reply,
        },
      }),
    )
    return response
  }
}
