/**
 * @module The merchants' server, built with `@assent/merchant`. It redeems codes and keeps the tokens. The page receives only a session
 * and the data that it shows.
 */
import { randomBytes } from 'node:crypto'
import {
  AuthorizationRequiredError,
  type Customer,
  createMerchantClient,
  createNotificationReceiver,
  type MerchantClient,
  type Notification,
  type PlatformKeys,
  ScopesMissingError,
} from '@assent/merchant'
import cors from '@fastify/cors'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { type CallEvent, mask } from '../call-events.ts'
import { API_PATHS, type DemoSetup } from '../setup.ts'
import { type Member, SHOPS, type Shop } from '../shops.ts'

export type MerchantServerOptions = {
  readonly setup: DemoSetup
  readonly platformKeys: PlatformKeys
  /** Shows a call in the wallet's panel. */
  readonly publish: (event: CallEvent) => void
}

type Tenant = { readonly shop: Shop; readonly client: MerchantClient }
type Session = Customer & {
  /** The granted scopes from the token response, which can be fewer than requested. */
  readonly scopes: readonly string[]
}
type Card = { readonly brand: string; readonly lastFour: string }
type PageRequest = {
  readonly appId?: string
  readonly authCode?: string
  readonly session?: string
}
type PageReply = {
  readonly session?: string
  readonly member?: Member
  readonly cards?: readonly Card[]
  readonly scopes?: readonly string[]
  /** The scopes that the page must request from the user first. */
  readonly missingScopes?: readonly string[]
  readonly error?: { code: string; message: string }
}

export function createMerchantServer(options: MerchantServerOptions): FastifyInstance {
  const { setup, publish } = options
  const app = Fastify({ logger: false }) as unknown as FastifyInstance
  const sessions = new Map<string, Session>()
  const clients = new Map<string, Tenant>(
    SHOPS.map((shop) => [shop.appId, { shop, client: clientOf(shop, options) }]),
  )
  /** Open pages by session. They are notified when the user withdraws consent. */
  const pages = new Map<string, (event: string) => void>()
  void app.register(cors, { origin: [setup.urls.miniProgram], methods: ['GET', 'POST'] })

  /** Handles a request of the page, and shows request and reply in the panel. */
  async function handle(
    title: string,
    body: PageRequest,
    act: (client: MerchantClient, shop: Shop) => Promise<PageReply>,
  ): Promise<PageReply> {
    publish({
      at: Date.now(),
      step: '2',
      from: 'miniProgram',
      to: 'merchant',
      title,
      outcome: '',
      ok: true,
      detail: { body: mask(body) },
    })
    const known = clients.get(body.appId ?? '')
    const result = known
      ? await act(known.client, known.shop).catch(toError)
      : { error: { code: 'UNKNOWN_SHOP', message: 'There is no shop with this appId.' } }
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
    return handle('log in with the code', body, async (client, shop) => {
      const { appId } = shop
      const exchange = { appId, authCode: body.authCode ?? '' }
      const { customerId, scope } = await client.applyToken(exchange)
      const session = randomBytes(18).toString('base64url')
      sessions.set(session, { appId, customerId, scopes: scope.split(' ') })
      return { session }
    })
  })

  app.post('/scopes', (request) => {
    const body = request.body as PageRequest
    return handle('list granted scopes', body, async (_client, shop) => ({
      scopes: sessionOf(body, shop).scopes,
    }))
  })

  app.post('/member', (request) => {
    const body = request.body as PageRequest
    return handle('show my data', body, async (client, shop) => {
      const { userId: _userId, ...member } = await client.inquiryUserInfo(sessionOf(body, shop))
      return { member }
    })
  })

  app.post('/cards', (request) => {
    const body = request.body as PageRequest
    return handle('show my cards', body, async (client, shop) => {
      const customer = sessionOf(body, shop)
      const { cards } = await client.callApi<{ cards: Card[] }>(customer, API_PATHS.cards)
      return { cards }
    })
  })

  app.post('/order', (request) => {
    const body = request.body as PageRequest
    return handle('order with receipt', body, async (client, shop) => {
      const customer = sessionOf(body, shop)
      const text = `Thank you for your order at ${shop.name}.`
      const receipt = { text, requestId: randomBytes(9).toString('base64url') }
      await client.callApi(customer, API_PATHS.inbox, receipt)
      return {}
    })
  })

  /** Deletes the user's data after a withdrawal, notifies the open page, and confirms the deletion to the wallet. */
  async function deleteUserData(
    { client, shop }: Tenant,
    { userId = '' }: Notification,
  ): Promise<void> {
    // The user may have consented again before the notification arrived. An active token belongs to the new grant.
    const customer = { appId: shop.appId, customerId: userId }
    if (await isActive(client, customer)) return
    for (const [id, session] of sessions) {
      if (session.customerId !== userId || session.appId !== shop.appId) continue
      sessions.delete(id)
      pages.get(id)?.('withdrawn')
    }
    await client.acknowledgeDeletion(customer)
  }

  // The signature covers the bytes of the body, so the body must not be parsed first.
  void app.register(async (hooks) => {
    hooks.removeAllContentTypeParsers()
    hooks.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    for (const known of clients.values()) {
      const { receive } = createNotificationReceiver({
        platformKeys: options.platformKeys,
        clientId: known.shop.clientId,
        async onEvent(event) {
          publish(toCallEvent(event))
          if (event.eventType === 'AUTHORIZATION_WITHDRAWN') await deleteUserData(known, event)
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
    if (!sessions.has(session)) return reply.code(404).send({ error: 'Unknown session.' })
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

/** @throws {MerchantError} when it is not known; then the event is delivered again */
async function isActive(client: MerchantClient, customer: Customer): Promise<boolean> {
  try {
    return (await client.query(customer)).tokenStatusType === 'ACTIVE'
  } catch (error) {
    if (error instanceof AuthorizationRequiredError) return false
    throw error
  }
}

/** The page has no valid session. */
class NoSessionError extends Error {
  readonly code = 'NO_SESSION'
}

function toCallEvent({ eventType, scopes, ...event }: Notification): CallEvent {
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

function toError(error: unknown): PageReply {
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
  { setup, platformKeys, publish }: MerchantServerOptions,
): MerchantClient {
  return createMerchantClient({
    baseUrl: setup.urls.platform,
    clientId: shop.clientId,
    privateKey: setup.merchantKeys[shop.clientId] ?? '',
    platformKeys,
    fetch: observeCalls(publish),
  })
}

/** Returns a fetch function that shows each call of the SDK in the panel. */
function observeCalls(publish: (event: CallEvent) => void): typeof fetch {
  return async (input, init) => {
    // The SDK also fetches the platform's keys, which is no call of the merchant.
    if (init?.body === undefined) return fetch(input, init)
    const startedAt = performance.now()
    const response = await fetch(input, init)
    const reply = JSON.parse(await response.clone().text()) as {
      result?: { resultCode: string; resultStatus: string }
    }
    const { pathname } = new URL(String(input))
    const isToken = pathname.includes('applyToken')
    publish(
      mask<CallEvent>({
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
