/**
 * @module The gateway with all checks off, as a process of its own: the server, the APIs' paths, the calls to upstreams, the reading of
 * their answers and the threads that sign are the product's; nobody asks who calls, with which token, how often, and what the answer may hold. `/signed`
 * verifies and signs with RSA besides. Given a port, the upstream and the public key of the caller.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { pino } from 'pino'
import { randomBytes } from '../../packages/server/dist/crypto/random.js'
import { createSigningWorkerPool } from '../../packages/server/dist/crypto/signing-worker-pool.js'
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
const caller = createPublicKey(publicKey)
const signing = createSigningWorkerPool(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
)

const none = (): number => 0
const loadShedder = createLoadShedder(createEndpointLookup(ENDPOINTS))
const metrics = createMetrics({
  revocationLagSeconds: none,
  revocationSequence: none,
  inFlight: loadShedder.inFlight,
  shed: loadShedder.shed,
  masterKeyVersion: none,
  accessLogPending: none,
  consents: () => [],
  notifications: () => ({ delivered: 0, failed: 0, dead: 0 }),
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
    allowBearer: true,
    query: [],
    perClient: undefined,
    perUser: undefined,
    timeoutSeconds: 2,
    maxResponseBytes: 1024 * 1024,
    maxConcurrency: 64,
  })),
)
const upstreamClient = createUpstreamClient()

async function ask(request: FastifyRequest): Promise<object> {
  const found = routes.find(request.method, request.url)
  if (!found) throw new Error('nothing is here')
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
  return upstreamClient.send(call, (answer) =>
    readJson(found, answer, { filter: undefined, recordAccess() {} }),
  )
}

async function askSigned(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  verifyBody(request, caller)
  const answer = JSON.stringify({ result: { resultStatus: 'S' }, ...(await ask(request)) })
  const signature = await signing.sign('', answer)
  return reply.headers({ 'content-type': 'application/json', signature }).send(answer)
}

const logger = pino({ level: 'error' })
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
  request.headers['client-id'] === undefined ? ask(request) : askSigned(request, reply),
)
await app.listen({ host: '127.0.0.1', port: Number(port) })
process.once(
  'SIGTERM',
  () => void app.close().then(() => Promise.all([upstreamClient.close(), signing.stop()])),
)
