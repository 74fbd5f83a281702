/**
 * @module The merchants' server on our SDK: trades codes for tokens, keeps the tokens to itself, and gives the page its
 * own session and what the page may show.
 */
import { randomBytes } from 'node:crypto'
import {
  createMerchantClient,
  createNotificationReceiver,
  type MerchantClient,
  type Notification,
  ScopesMissingError,
} from '@assent/merchant'
import cors from '@fastify/cors'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { type LoopEvent, masked } from '../loop.ts'
import { API_PATHS, type DemoSetup } from '../setup.ts'
import { type Member, SHOPS, type Shop } from '../shops.ts'

export type MerchantServerOptions = {
  readonly setup: DemoSetup
  readonly platformPublicKey: string
  /** Shows a call in the wallet's panel. */
  readonly publish: (event: LoopEvent) => void
}

type Known = { readonly shop: Shop; readonly client: MerchantClient }
type Session = {
  readonly customerId: string
  readonly appId: string
  /** What the user has granted: as the platform says it, not as it was asked. */
  readonly scopes: readonly string[]
}
type Card = { readonly brand: string; readonly lastFour: string }
type PageRequest = {
  readonly appId?: string
  readonly authCode?: string
  readonly session?: string
}
type Answer = {
  readonly session?: string
  readonly member?: Member
  readonly cards?: readonly Card[]
  readonly scopes?: readonly string[]
  /** What the page has to ask the user for, before this can be done. */
  readonly missingScopes?: readonly string[]
  readonly error?: { code: string; message: string }
}

export function createMerchantServer(options: MerchantServerOptions): FastifyInstance {
  const { setup, publish } = options
  const app = Fastify({ logger: false }) as unknown as FastifyInstance
  const sessions = new Map<string, Session>()
  const clients = new Map<string, Known>(
    SHOPS.map((shop) => [shop.appId, { shop, client: clientOf(shop, options) }]),
  )
  /** Pages that are open, by their session: they are told when the user withdraws. */
  const pages = new Map<string, (event: string) => void>()
  void app.register(cors, { origin: [setup.urls.miniProgram], methods: ['GET', 'POST'] })

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

  function sessionOf(body: PageRequest, shop: Shop): Session {
    const session = sessions.get(body.session ?? '')
    if (session?.appId !== shop.appId) throw new NoSessionError('Log in first.')
    return session
  }

  app.post('/login', (request) => {
    const body = request.body as PageRequest
    return answer('login with the code', body, async (client, shop) => {
      const { customerId, scope } = await client.applyToken({ authCode: body.authCode ?? '' })
      const session = randomBytes(18).toString('base64url')
      sessions.set(session, { customerId, appId: shop.appId, scopes: scope.split(' ') })
      return { session }
    })
  })

  app.post('/scopes', (request) => {
    const body = request.body as PageRequest
    return answer('what I may', body, async (_client, shop) => ({
      scopes: sessionOf(body, shop).scopes,
    }))
  })

  app.post('/member', (request) => {
    const body = request.body as PageRequest
    return answer('show my data', body, async (client, shop) => {
      const { customerId } = sessionOf(body, shop)
      const { userId: _userId, ...member } = await client.inquiryUserInfo(customerId)
      return { member }
    })
  })

  app.post('/cards', (request) => {
    const body = request.body as PageRequest
    return answer('show my cards', body, async (client, shop) => {
      const { customerId } = sessionOf(body, shop)
      const { cards } = await client.callApi<{ cards: Card[] }>(customerId, API_PATHS.cards)
      return { cards }
    })
  })

  app.post('/order', (request) => {
    const body = request.body as PageRequest
    return answer('order, and a receipt', body, async (client, shop) => {
      const { customerId } = sessionOf(body, shop)
      const text = `Thank you for your order at ${shop.name}.`
      const receipt = { text, requestId: randomBytes(9).toString('base64url') }
      await client.callApi(customerId, API_PATHS.inbox, receipt)
      return {}
    })
  })

  /** The user has withdrawn: what was kept is deleted, which the user sees in the wallet, and the open page hears of it. */
  async function forget({ client, shop }: Known, { userId = '' }: Notification): Promise<void> {
    // A notification can come after the user has come back: what lives was granted since.
    const query = await client.query(userId).catch(() => undefined)
    if (query?.tokenStatusType === 'ACTIVE') return
    for (const [id, session] of sessions) {
      if (session.customerId !== userId || session.appId !== shop.appId) continue
      sessions.delete(id)
      pages.get(id)?.('withdrawn')
    }
    await client.acknowledgeDeletion(userId)
  }

  // Signatures are over the bytes, so nothing may parse them before.
  void app.register(async (hooks) => {
    hooks.removeAllContentTypeParsers()
    hooks.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    for (const known of clients.values()) {
      const { receive } = createNotificationReceiver({
        platformPublicKey: options.platformPublicKey,
        clientId: known.shop.clientId,
        async onEvent(event) {
          publish(shownEvent(event))
          if (event.eventType === 'AUTHORIZATION_WITHDRAWN') await forget(known, event)
        },
      })
      hooks.post(`/assent/${known.shop.slug}`, async ({ url, headers, body }, reply) => {
        const answered = await receive({ path: url, headers, body: body as Buffer })
        return reply.code(answered.status).type('application/json').send(answered.body)
      })
    }
  })

  app.get('/events', (request: FastifyRequest<{ Querystring: { session?: string } }>, reply) => {
    const { session = '' } = request.query
    if (!sessions.has(session)) return reply.code(404).send({ error: 'no such session' })
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'access-control-allow-origin': setup.urls.miniProgram,
    })
    raw.write(': connected\n\n')
    pages.set(session, (event) => void raw.write(`event: ${event}\ndata: {}\n\n`))
    request.raw.on('close', () => pages.delete(session))
    return reply
  })
  app.addHook('preClose', async () => app.server.closeAllConnections())
  return app
}

/** The user has to log in first. */
class NoSessionError extends Error {
  readonly code = 'NO_SESSION'
}

function shownEvent({ eventType, scopes, ...event }: Notification): LoopEvent {
  return {
    at: Date.now(),
    step: '3.2',
    from: 'assent',
    to: 'merchant',
    title: eventType.toLowerCase().replaceAll('_', ' '),
    outcome: scopes.join(' ') || 'OK',
    ok: true,
    detail: { body: { eventType, scopes, ...event } },
  }
}

function toError(error: unknown): Answer {
  if (error instanceof ScopesMissingError) return { missingScopes: error.missingScopes }
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
