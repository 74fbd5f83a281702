/**
 * @module The admin API over HTTP. Every route is a row of its table.
 * @see docs/admin-api.md
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { AdminError } from '../engine/admin/admin-error.ts'
import { actorOf, type Principal } from '../engine/admin/principal.ts'
import type { AdminRequestStore } from '../engine/store/admin-requests.ts'
import { authenticateAdmin } from '../http/admin/authenticate.ts'
import type { AdminOptions } from '../http/admin/options.ts'
import { sendProblem, toProblem } from '../http/admin/problems.ts'
import type { IdentifyCaller } from '../http/load-shedding.ts'
import { InvalidJsonError, type JsonObject, parseStrictJson } from '../http/strict-json.ts'
import { type AdminApiContext, type CallInput, requireReach } from './call.ts'
import { API_PREFIX, OPENAPI_PATH, RESOURCES, UNKNOWN_PATH } from './endpoints.ts'
import { execute, type Terms } from './execute.ts'
import { type IdempotentOutcome, runOnce } from './requests/idempotency.ts'
import { readIdempotencyKey, readQuery, readRequestId, readVersion } from './requests/parameters.ts'
import { requireValid } from './requests/validation.ts'
import { type FoundRow, isChange, type Row } from './row.ts'

export type AdminApiOptions = {
  readonly admin: AdminOptions
  readonly context: AdminApiContext
  readonly requests: AdminRequestStore
  readonly identify: IdentifyCaller
  /** Of one caller, on this node. */
  readonly maxRequestsPerMinute: number
  /** Builds the OpenAPI document of this API. */
  readonly contract: () => object
}

const MAX_BODY_BYTES = 1024 * 1024
const WINDOW_SECONDS = 60
const REFERENCE_PAGE = '/docs/reference/admin-api'

export async function adminApiRoutes(
  app: FastifyInstance,
  options: AdminApiOptions,
): Promise<void> {
  registerBodies(app)
  app.setErrorHandler(async (error: { statusCode?: number }, request, reply) => {
    const problem = toProblem(error, request)
    if (problem.code === 'sign-in-required') await options.admin.recordFailure(request)
    if (problem.code === 'rate-limited') reply.header('retry-after', String(WINDOW_SECONDS))
    return sendProblem(request, reply, problem)
  })
  const limiter = new RateLimiterMemory({
    points: options.maxRequestsPerMinute,
    duration: WINDOW_SECONDS,
  })
  for (const { path, rows } of RESOURCES) {
    for (const [method, found] of rows)
      app.route({
        method,
        url: path,
        handler: (request, reply) => handle(options, limiter, found, request, reply),
      })
    rejectOtherMethods(app, path, [...rows.keys()])
  }
  let document: string | undefined
  app.get(OPENAPI_PATH, (_request, reply) => {
    document ??= JSON.stringify(options.contract())
    return reply
      .headers({
        'content-type': 'application/json',
        'cache-control': 'no-cache',
        // The same for people (RFC 8631).
        link: `<${REFERENCE_PAGE}>; rel="service-doc"`,
      })
      .send(document)
  })
  rejectOtherMethods(app, OPENAPI_PATH, ['GET'])
  app.all(UNKNOWN_PATH, (request, reply) =>
    sendProblem(request, reply, {
      code: 'not-found',
      detail: `There is no such resource. ${REFERENCE_PAGE} lists all of them.`,
    }),
  )
}

/** @param methods GET includes HEAD */
function rejectOtherMethods(app: FastifyInstance, url: string, methods: readonly string[]): void {
  const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods
  app.route({
    method: app.supportedMethods.filter((method) => !allowed.includes(method)),
    url,
    handler: (request, reply) =>
      sendProblem(request, reply.header('allow', allowed.join(', ')), {
        code: 'method-not-allowed',
        detail: `Use ${methods.join(', ')}.`,
      }),
  })
}

class UnsupportedMediaTypeError extends Error {
  override readonly name = 'UnsupportedMediaTypeError'
  readonly statusCode = 415
}

/** JSON, and merge patches, in which null has a meaning. Elsewhere null is no value of any member, so the schemas refuse it. */
function registerBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (_request, body, done) => {
      try {
        done(null, body.length === 0 ? {} : parseStrictJson(body as Buffer, { keepsNull: true }))
      } catch (error) {
        done(
          error instanceof InvalidJsonError
            ? new AdminError('invalid', error.message)
            : (error as Error),
        )
      }
    },
  )
  // Some proxies announce a body of operations that have none.
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (_request, body, done) =>
      body.length === 0 ? done(null, {}) : done(new UnsupportedMediaTypeError()),
  )
}

async function handle(
  { admin, context, requests, identify }: AdminApiOptions,
  limiter: RateLimiterMemory,
  found: FoundRow,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { operation, row } = found
  const requestId = readRequestId(request.headers['request-id'], request.id)
  reply.headers({ 'request-id': requestId, 'cache-control': 'no-store' })
  const principal = await authenticateAdmin(admin, request, reply)
  await identify(request, actorOf(principal))
  await consume(limiter, principal)
  requireReach(principal, operation)
  const input = readInput(row, request)
  const terms: Terms = {
    now: admin.clock(),
    requestId,
    isDryRun: input.query['dryRun'] === true,
    reason: (input.query['reason'] ?? input.body['reason']) as string | undefined,
  }
  const run = () => execute(context, found, principal, input, terms)
  const key =
    row.method === 'POST' ? readIdempotencyKey(request.headers['idempotency-key']) : undefined
  const outcome: IdempotentOutcome =
    key === undefined || terms.isDryRun
      ? await run()
      : await runOnce(
          { store: requests, hasher: context.ports.hasher },
          { key, principal, rowId: row.id, input },
          terms.now,
          run,
        )
  return send(request, reply, row, outcome)
}

/** @throws {AdminError} `rate-limited` */
async function consume(limiter: RateLimiterMemory, principal: Principal): Promise<void> {
  await limiter.consume(actorOf(principal)).catch(() => {
    throw new AdminError(
      'rate-limited',
      `You may send ${limiter.points} requests per minute. Wait a moment.`,
    )
  })
}

/** @throws {AdminError} `invalid`, `version-required` */
function readInput(row: Row, request: FastifyRequest): CallInput {
  const params = request.params as Readonly<Record<string, string>>
  const query = readQuery(row, request.query)
  const body = (request.body ?? {}) as JsonObject
  const version = readVersion(row, request.headers['if-match'])
  if (isChange(row) && row.body) requireValid(row.body, body)
  else if (Object.keys(body).length > 0)
    throw new AdminError('invalid', 'This operation has no body. Leave it out.')
  return { params, query, body, version }
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  row: Row,
  { status, body, version, location, next, isRepeated }: IdempotentOutcome,
): FastifyReply {
  request.resultCode = row.id
  if (version !== undefined) reply.header('etag', `"${version}"`)
  if (location !== undefined) reply.header('location', API_PREFIX + location)
  if (isRepeated) reply.header('idempotency-replayed', 'true')
  if (next !== undefined) reply.header('link', `<${nextUrl(request, next)}>; rel="next"`)
  reply.code(status)
  if (body === undefined || status === 204) return reply.send()
  const shown = next === undefined ? body : { ...body, next }
  return reply.header('content-type', 'application/json').send(JSON.stringify(shown))
}

function nextUrl({ url }: FastifyRequest, cursor: string): string {
  const [path = '', search = ''] = url.split('?')
  const parameters = new URLSearchParams(search)
  parameters.set('cursor', cursor)
  return `${path}?${parameters}`
}
