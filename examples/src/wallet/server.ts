/**
 * @module The demo wallet's back end. It identifies the user, forwards calls of the web host to Assent, and collects the events for the
 * panel.
 */
import { fileURLToPath } from 'node:url'
import type { WalletOperation } from '@assent/protocol'
import cors from '@fastify/cors'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { type CallEvent, mask } from '../call-events.ts'
import type { DemoSetup } from '../setup.ts'
import { SHOPS } from '../shops.ts'
import type { Assent, AssentCall } from './assent.ts'
import type { UpstreamApis } from './upstream-apis.ts'

const STATIC = fileURLToPath(new URL('../../static/wallet/', import.meta.url))
const BUNDLES = fileURLToPath(new URL('../../dist/web/', import.meta.url))

/** Operations that the web host may call. The back end adds the user and ignores any user in the browser's request. */
const FORWARDED_OPERATIONS: readonly WalletOperation[] = [
  'consult',
  'complete',
  'grants',
  'revoke',
  'profile',
  'settings',
  'accessLog',
  'receipts',
  'clearDenials',
  'createPrivacyLink',
  'guardianRequests',
  'openGuardianRequest',
]

export function createWalletServer(
  setup: DemoSetup,
  assent: Assent,
  upstreams: Pick<UpstreamApis, 'messagesOf'>,
): FastifyInstance {
  const { urls, users } = setup
  const app = Fastify({ logger: false }) as unknown as FastifyInstance
  const listeners = new Set<(event: CallEvent) => void>()
  const publish = (event: CallEvent): void => listeners.forEach((listener) => void listener(event))

  function currentUser({ headers }: FastifyRequest): string {
    const chosen = /(?:^|;\s*)demo_user=([\w-]+)/.exec(headers.cookie ?? '')?.[1]
    return users.find(({ userId }) => userId === chosen)?.userId ?? users[0]?.userId ?? ''
  }

  app.addHook('onRequest', async (request, reply) => {
    // Only the wallet's own pages may use its session.
    const site = request.headers['sec-fetch-site']
    if (request.url.startsWith('/api/') && site !== undefined && site !== 'same-origin') {
      return reply.code(403).send({ error: 'This API accepts only requests of the wallet.' })
    }
    return undefined
  })

  app.get('/api/session', async (request) => ({
    userId: currentUser(request),
    users: users.map(({ userId, nickName, locale, avatar }) => ({
      userId,
      nickName,
      locale,
      avatar,
    })),
    miniPrograms: SHOPS.map(({ appId, name, tagline, slug }) => ({
      appId,
      name,
      tagline,
      icon: `${urls.platform}/consent/icons/${appId}`,
      origins: [urls.miniProgram],
      url: `${urls.miniProgram}/${slug}/`,
    })),
  }))

  app.post('/api/session', async (request: FastifyRequest<{ Body: { userId: string } }>, reply) => {
    const user = users.find(({ userId }) => userId === request.body.userId)
    if (!user) return reply.code(400).send({ error: 'Unknown userId.' })
    return reply
      .header('set-cookie', `demo_user=${user.userId}; Path=/; HttpOnly; SameSite=Strict`)
      .send({})
  })

  app.get('/api/inbox', async (request) => ({
    messages: upstreams.messagesOf(currentUser(request)),
  }))

  for (const operation of FORWARDED_OPERATIONS) {
    app.post(`/api/${operation}`, async (request) => {
      const body = withAuthentication(request.body as Record<string, unknown>)
      const call = await assent(operation, { ...body, userId: currentUser(request) } as never)
      for (const event of eventsOf(operation, body, call)) publish(event)
      return call.reply
    })
  }

  // Forwards the controls of the platform's test server API: clock and failures.
  for (const control of ['time', 'fail']) {
    app.post(`/api/test-server/${control}`, async (request) => {
      const response = await fetch(`${urls.platform}/test-server/${control}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request.body),
      })
      return response.json()
    })
  }

  void app.register(async (loop) => {
    await loop.register(cors, { origin: [urls.miniProgram] })
    loop.post('/loop', async (request) => {
      publish(mask(request.body as CallEvent))
      return {}
    })
  })
  app.get('/loop/events', (request, reply) => {
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const listener = (event: CallEvent): void =>
      void raw.write(`data: ${JSON.stringify(event)}\n\n`)
    listeners.add(listener)
    raw.write(': connected\n\n')
    request.raw.on('close', () => listeners.delete(listener))
  })
  app.addHook('preClose', async () => app.server.closeAllConnections())

  void app.register(fastifyStatic, { root: BUNDLES, prefix: '/bundle/', decorateReply: false })
  void app.register(fastifyStatic, { root: STATIC })
  app.get('/authorize', (_request, reply) => reply.sendFile('index.html'))
  return app
}

/**
 * Adds when the user was authenticated to a request of an OAuth client. The user has just chosen an account, which is the demo's
 * login. The time is this server's: a phone's clock may be wrong, and a browser could claim any time.
 */
function withAuthentication(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (body['authRequest'] === undefined) return body
  const context = { ...(body['context'] as object), authenticatedAt: new Date().toISOString() }
  return { ...body, context }
}

const TITLES: Readonly<Partial<Record<WalletOperation, { step: string; title: string }>>> = {
  consult: { step: '1.2', title: 'consult' },
  complete: { step: '1.4', title: 'complete' },
  revoke: { step: '3.1', title: 'revoke' },
  createPrivacyLink: { step: '3.1', title: 'privacy page' },
}

/** The events that the panel shows for a call. */
function eventsOf<O extends WalletOperation>(
  operation: O,
  body: object,
  { reply, path, requestHeaders, replyHeaders, milliseconds }: AssentCall<O>,
): readonly CallEvent[] {
  const heading = TITLES[operation]
  if (!heading) return []
  const status = 'status' in reply ? String(reply.status) : reply.result.resultCode
  const ok = reply.result.resultStatus === 'S'
  const detail = mask({
    request: `POST ${path}`,
    requestHeaders,
    requestBody: body,
    replyHeaders,
    replyBody: reply,
  })
  return [
    {
      ...heading,
      at: Date.now(),
      from: 'wallet',
      to: 'assent',
      outcome: status,
      ok,
      milliseconds,
      detail,
    },
  ]
}
