/**
 * @module The gateway without its checks, as a separate process. Server, routing, upstream client, response parser and signing workers
 * are those of Assent. It does not check the client, the token and rate limits, and does not filter the response. The path `/signed`
 * also verifies and signs with RSA. Arguments: port, upstream, public key of the client.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { pino } from 'pino'
import { randomBytes } from '../../packages/server/dist/crypto/random.js'
import { createSigningWorkerPool } from '../../packages/server/dist/crypto/signing-worker-pool.js'
import { createOutboundCalls } from '../../packages/server/dist/egress/outbound-calls.js'
import { createEndpointLookup } from '../../packages/server/dist/http/endpoint.js'
import { ENDPOINTS } from '../../packages/server/dist/http/endpoints.js'
import { createApiRoutes } from '../../packages/server/dist/http/gateway/api-routes.js'
import { readJson } from '../../packages/server/dist/http/gateway/proxy.js'
import { createUpstreamClient } from '../../packages/server/dist/http/gateway/upstream-client.js'
import { createLoadShedder } from '../../packages/server/dist/http/load-shedding.js'
import { createMetrics } from '../../packages/server/dist/http/management/metrics.js'
import { createHttpServer } from '../../packages/server/dist/http/server.js'
import { registerRawBody } from '../../packages/server/dist/http/signed-messages/raw-request.js'
import { parseStrictJson } from '../../packages/server/dist/http/strict-json.js'
import { verifyBody } from './rsa.ts'

const [port, upstream, publicKey] = process.argv.slice(2) as [string, string, string]
const clientKey = createPublicKey(publicKey)
const signing = createSigningWorkerPool(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
)

const zero = (): number => 0
const loadShedder = createLoadShedder(createEndpointLookup(ENDPOINTS))
const metrics = createMetrics({
  version: '',
  clock: zero,
  revocationLagSeconds: zero,
  revocationSequence: zero,
  registryLagSeconds: zero,
  registrySequence: zero,
  receiptChain: () => ({ lagSeconds: 0, checkpointLagSeconds: 0 }),
  jobFailures: () => ({}),
  config: () => ({
    hash: '',
    loadedAt: 0,
    isRejected: false,
    needsRestart: false,
    issueCount: 0,
  }),
  inFlight: loadShedder.inFlight,
  failedAuthentications: () => ({}),
  waiting: loadShedder.waiting,
  shed: loadShedder.shed,
  outbound: () => [],
  masterKeyVersion: zero,
  keysActiveFrom: () => ({}),
  accessLogPending: zero,
  consents: () => [],
  unreadableFields: () => [],
  forgedRecords: () => [],
  keyProblems: () => [],
  notifications: () => ({}),
  store: () => ({
    calls: 0,
    statements: 0,
    unavailable: 0,
    statementSeconds: 0,
    connections: 0,
    waiting: 0,
  }),
})
const routes = createApiRoutes(
  ['bearer', 'signed'].map((name) => ({
    key: name,
    name,
    method: 'POST',
    paths: [`/v1/bench/${name}`],
    origin: upstream,
    upstreamPath: '/items',
    requiresRequestId: false,
    accessTokenField: 'accessToken',
    requestIdField: 'requestId',
    allowBearer: true,
    query: [],
    perClient: undefined,
    perUser: undefined,
    timeoutSeconds: 2,
    maxResponseBytes: 1024 * 1024,
    maxConcurrency: 64,
  })),
)
const logger = pino({ level: 'error' })
const upstreamClient = createUpstreamClient({
  outbound: createOutboundCalls(logger),
  whileWaiting: loadShedder.whileWaiting,
})

async function forward(request: FastifyRequest): Promise<object> {
  const found = routes.find(request.method, request.url)
  if (!found) throw new Error(`No API has the path ${request.url}.`)
  request.apiName = found.route.name
  const call = {
    ...found,
    query: '',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'trace-id': request.id,
    },
    body: JSON.stringify(parseStrictJson(request.body as Buffer)),
    isIdempotent: false,
  }
  return upstreamClient.send(call, (response) =>
    readJson(found, response, { filter: undefined, recordAccess() {} }),
  )
}

async function forwardSigned(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  verifyBody(request, clientKey)
  const body = JSON.stringify({ result: { resultStatus: 'S' }, ...(await forward(request)) })
  const signature = await signing.sign('', body)
  return reply.headers({ 'content-type': 'application/json', signature }).send(body)
}

const app = createHttpServer({
  logger,
  metrics,
  loadShedder,
  endpoints: ENDPOINTS,
  isStopping: () => false,
  newTraceId: () => randomBytes(8).toString('hex'),
})
registerRawBody(app)
app.get('/readyz', async () => ({}))
app.all('/*', (request, reply) =>
  request.headers['client-id'] === undefined ? forward(request) : forwardSigned(request, reply),
)
await app.listen({ host: '127.0.0.1', port: Number(port) })
process.once(
  'SIGTERM',
  () => void app.close().then(() => Promise.all([upstreamClient.close(), signing.stop()])),
)
