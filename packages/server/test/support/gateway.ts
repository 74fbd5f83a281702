/**
 * @module A server with a gateway to two upstreams, and tokens for their APIs.
 */
import {
  codeFor,
  type RawReply,
  redeem,
  send,
  startTestServer,
  type TestServer,
  testConfig,
} from './server.ts'
import { json, startUpstream, type Upstream } from './upstream.ts'

export const CARDS_PATH = '/v1/cards/inquiryCardList'
export const CARD_PATH = '/v1/cards/{cardId}/limits'
export const INBOX_PATH = '/v1/inbox/messages'
export const SEND_PATH = '/v1/messages/sendInbox'
export const PAY_PATH = '/v1/payments/pay'
export const AGREEMENT_PATH = '/ams/api/v1/payments/pay'
export const LIMITED_PATH = '/v1/rare'

export type TestGateway = {
  readonly server: TestServer
  /** Serves the APIs of cards. */
  readonly upstream: Upstream
  /** Serves all other APIs. */
  readonly otherUpstream: Upstream
  /** For `auth_base` and `CARD_LIST`. */
  cardToken: string
  /** For `NOTIFICATION_INBOX` and `SEND_MESSAGE`. */
  readonly inboxToken: string
  /** For `auth_base` only. */
  readonly baseToken: string
  /** Forgets what the upstreams have received, and restores their default responses. */
  reset(): void
  close(): Promise<void>
}

export async function startTestGateway(): Promise<TestGateway> {
  const upstream = await startUpstream()
  const otherUpstream = await startUpstream()
  const server = await startTestServer(gatewayConfig(upstream, otherUpstream))
  const tokenFor = async (...scopes: string[]): Promise<string> =>
    (await redeem(server, await codeFor(server, scopes)))['accessToken']
  const gateway: TestGateway = {
    server,
    upstream,
    otherUpstream,
    cardToken: await tokenFor('auth_base', 'CARD_LIST'),
    inboxToken: await tokenFor('NOTIFICATION_INBOX', 'SEND_MESSAGE'),
    baseToken: await tokenFor('auth_base'),
    reset() {
      upstream.arrived.length = 0
      otherUpstream.arrived.length = 0
      upstream.answer = json({
        cards: [{ brand: 'CanaryCard', lastFour: 'canary-4', number: '4000' }],
        secret: 1,
      })
      otherUpstream.answer = json({ messages: [] })
    },
    async close() {
      await server.close()
      upstream.close()
      otherUpstream.close()
    },
  }
  return gateway
}

function gatewayConfig(upstream: Upstream, otherUpstream: Upstream): ReturnType<typeof testConfig> {
  const config = testConfig()
  const [client, ...others] = config.clients
  const [app] = client?.miniPrograms ?? []
  if (!client || !app) throw new Error('The test configuration has no client with a mini program.')
  return {
    ...config,
    apis: [
      {
        name: 'cards',
        paths: [CARDS_PATH, '/v2/cards/inquiryCardList'],
        upstream: `${upstream.url}/cards`,
        scopes: ['CARD_LIST'],
        fields: { CARD_LIST: ['cards[].brand', 'cards[].lastFour'] },
        timeoutSeconds: 0.5,
        maxResponseBytes: 100_000,
        maxConcurrency: 8,
      },
      {
        name: 'card-limits',
        paths: [CARD_PATH],
        upstream: `${upstream.url}/limits/{cardId}`,
        scopes: ['CARD_LIST'],
      },
      {
        name: 'inbox',
        method: 'GET',
        paths: [INBOX_PATH],
        upstream: `${otherUpstream.url}/inbox`,
        scopes: ['NOTIFICATION_INBOX'],
        allowBearer: true,
        query: ['page', 'size'],
        maxResponseBytes: 4_000_000,
      },
      {
        name: 'send',
        paths: [SEND_PATH],
        upstream: `${otherUpstream.url}/send`,
        scopes: ['SEND_MESSAGE', 'NOTIFICATION_INBOX'],
        scopeMatch: 'all',
        requiresRequestId: true,
      },
      {
        name: 'pay',
        paths: [PAY_PATH],
        upstream: `${otherUpstream.url}/pay`,
        scopes: ['SEND_MESSAGE'],
        requiresRequestId: true,
        accessTokenField: 'paymentAuthCode',
        requestIdField: 'paymentRequestId',
      },
      {
        name: 'pay-by-agreement',
        paths: [AGREEMENT_PATH],
        upstream: `${otherUpstream.url}/agreement`,
        scopes: ['SEND_MESSAGE'],
        accessTokenField: 'paymentMethod.paymentMethodId',
      },
      {
        name: 'rare',
        paths: [LIMITED_PATH],
        upstream: `${otherUpstream.url}/rare`,
        scopes: ['NOTIFICATION_INBOX'],
        limits: { perUser: 3 },
      },
    ],
    clients: [
      {
        ...client,
        miniPrograms: [{ ...app, scopes: [...app.scopes, 'NOTIFICATION_INBOX', 'SEND_MESSAGE'] }],
      },
      ...others,
    ],
  }
}

/** Sends an unsigned GET request with an access token. */
export function bearerCall(
  { server, inboxToken }: TestGateway,
  target: string,
  token: string = inboxToken,
  headers: Record<string, string | string[]> = {},
): Promise<RawReply> {
  return send(server, target, { authorization: `Bearer ${token}`, ...headers }, '', 'GET')
}
