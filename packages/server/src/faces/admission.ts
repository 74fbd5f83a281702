/**
 * @module How many requests may be under way at once. More wait for each other only, so they are turned away at the door, before
 * their body is read or a signature is checked; withdrawals last (requirements R077, R101).
 */
import { DIALECTS, WALLET_PATHS } from '@assent/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { StoreUnavailable } from '../engine/ports.ts'

/** What is kept up longest when there is too much of everything. */
export type Priority = 'withdrawal' | 'token' | 'consent'

/** Some 100 ms of work of one core are 128 requests. Each class has room left when the classes below it are full. */
const MOST_UNDER_WAY: Readonly<Record<Priority, number>> = {
  consent: 192,
  token: 256,
  withdrawal: 1024,
}

const RETRY_AFTER_SECONDS = 1

export interface Admission {
  /** Requests under way. */
  underWay(): number
  /** Turns away what comes when too much is under way. */
  watch(app: FastifyInstance): void
}

/** Probes and monitoring are always answered. */
const OPERATORS = new Set(['/healthz', '/readyz', '/metrics'])
const WITHDRAWALS: ReadonlySet<string> = new Set([
  WALLET_PATHS.revoke,
  ...Object.values(DIALECTS).flatMap(({ paths }) => paths.cancelToken),
])

function priorityOf(request: FastifyRequest): Priority {
  const { url = '' } = request.routeOptions
  if (WITHDRAWALS.has(url)) return 'withdrawal'
  return url.startsWith('/wallet/') || isPage(request) ? 'consent' : 'token'
}

export function createAdmission(): Admission {
  let underWay = 0
  return {
    underWay: () => underWay,
    watch(app) {
      const isFull = (request: FastifyRequest): boolean =>
        underWay >= MOST_UNDER_WAY[priorityOf(request)]
      const turnAway = (
        request: FastifyRequest,
        reply: FastifyReply,
        done: (error: Error) => void,
      ): void => {
        request.resultCode = 'OVERLOADED'
        // People get a page that says so, from the face that draws pages.
        if (isPage(request)) done(new StoreUnavailable('too many requests are under way'))
        else void reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send()
      }
      app.addHook('onRequest', (request, reply, done) =>
        isWatched(request) && isFull(request) ? turnAway(request, reply, done) : done(),
      )
      // It counts when its body is here: one that trickles in must not take the place of others.
      app.addHook('preHandler', (request, reply, done) => {
        if (!isWatched(request)) return done()
        if (isFull(request)) return turnAway(request, reply, done)
        underWay++
        // Answered or broken off: either way it is over.
        reply.raw.once('close', () => underWay--)
        return done()
      })
    },
  }
}

function isPage({ routeOptions: { url = '' } }: FastifyRequest): boolean {
  return url.startsWith('/consent/')
}

function isWatched({ routeOptions: { url = '' } }: FastifyRequest): boolean {
  return !OPERATORS.has(url)
}
