/**
 * @module How many requests may be under way at once. More wait for each other only, so they are turned away at the door, before
 * their body is read or a signature is checked; withdrawals last (requirements R077, R101).
 */
import type { RequestListener } from 'node:http'
import { DIALECTS, pathOfTarget, WALLET_PATHS } from '@assent/protocol'
import type { FastifyInstance } from 'fastify'
import { StoreUnavailableError } from '../engine/ports.ts'
import { PATHS as OAUTH_PATHS } from './oauth/context.ts'

/** What is kept up longest when there is too much of everything. */
export type Priority = 'withdrawal' | 'token' | 'consent'

/** 256 signed requests are some 100 ms of work of one core. Each class has room left when the classes below it are full. */
const MOST_UNDER_WAY: Readonly<Record<Priority, number>> = {
  consent: 192,
  token: 256,
  withdrawal: 1024,
}
/** Below that, there is room for everybody. */
const LEAST_FULL = Math.min(...Object.values(MOST_UNDER_WAY))

const TURNED_AWAY = { 'retry-after': '1', 'content-length': '0' }
/** Who is turned away at once is soon here again, and to say no is work too: it took a tenth of what a full node can do. */
const TURNED_AWAY_AFTER_MILLISECONDS = 500

export interface LoadShedder {
  /** Requests under way. */
  inFlight(): number
  /** Requests that were turned away since the start. */
  shed(): number
  /** Turns away what comes when too much is under way, before anything else looks at it: there it costs least. */
  wrapListener(serve: RequestListener): RequestListener
  /** Counts what is under way. */
  install(app: FastifyInstance): void
}

/** Probes and monitoring are always answered. */
const OPERATORS = new Set(['/healthz', '/readyz', '/metrics'])
const WITHDRAWALS: ReadonlySet<string> = new Set([
  WALLET_PATHS.revoke,
  ...Object.values(DIALECTS).flatMap(({ paths }) => paths.cancelToken),
  OAUTH_PATHS.revoke,
])

function priorityOf(path: string): Priority {
  if (WITHDRAWALS.has(path)) return 'withdrawal'
  const isOfConsent = path.startsWith('/wallet/') || path === OAUTH_PATHS.authorize || isPage(path)
  return isOfConsent ? 'consent' : 'token'
}

export function createLoadShedder(): LoadShedder {
  let underWay = 0
  let turnedAway = 0

  const isFull = (path: string): boolean =>
    underWay >= LEAST_FULL && underWay >= MOST_UNDER_WAY[priorityOf(path)]
  const leave = (): void => {
    underWay--
  }
  const turnAway = (answer: () => void): void => {
    turnedAway++
    setTimeout(answer, TURNED_AWAY_AFTER_MILLISECONDS)
  }

  return {
    inFlight: () => underWay,
    shed: () => turnedAway,
    wrapListener: (serve) => (request, response) => {
      if (underWay < LEAST_FULL) return serve(request, response)
      const [path = ''] = pathOfTarget(request.url ?? '').split('?', 1)
      // People get a page that says so, from the face that draws pages.
      if (OPERATORS.has(path) || isPage(path) || !isFull(path)) return serve(request, response)
      turnAway(() => response.writeHead(503, TURNED_AWAY).end())
    },
    install(app) {
      // It counts when its body is here: one that trickles in must not take the place of others.
      app.addHook('preHandler', (request, reply, done) => {
        const { url = '' } = request.routeOptions
        if (OPERATORS.has(url)) return done()
        if (isFull(url)) {
          return turnAway(() => {
            if (isPage(url)) done(new StoreUnavailableError('too many requests are under way'))
            else void reply.code(503).headers(TURNED_AWAY).send()
          })
        }
        underWay++
        // Answered or broken off: either way it is over.
        reply.raw.on('close', leave)
        return done()
      })
    },
  }
}

function isPage(path: string): boolean {
  return path.startsWith('/consent/')
}
