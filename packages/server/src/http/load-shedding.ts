/**
 * @module Limits how many requests are in flight. Excess requests are rejected before their body is read or a signature is
 * checked. Withdrawals are rejected last.
 */
import type { RequestListener } from 'node:http'
import { pathOfTarget } from '@assent/protocol'
import type { FastifyInstance } from 'fastify'
import { StoreUnavailableError } from '../engine/ports/store.ts'
import type { Endpoint, EndpointLookup, SheddingClass } from './endpoint.ts'

/** 256 signed requests are some 100 ms of work of one core. Each class has room left when the classes below it are full. */
const MOST_UNDER_WAY: Readonly<Record<SheddingClass, number>> = {
  consent: 192,
  token: 256,
  withdrawal: 1024,
  exempt: Number.POSITIVE_INFINITY,
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

/** @param find finds the endpoint of a path, before the router has */
export function createLoadShedder(find: EndpointLookup): LoadShedder {
  let underWay = 0
  let turnedAway = 0

  const isFull = (endpoint: Endpoint | undefined): boolean =>
    underWay >= LEAST_FULL && underWay >= MOST_UNDER_WAY[endpoint?.sheddingClass ?? 'token']
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
      const endpoint = find(path)
      // An error page is rendered by the route.
      if (endpoint?.shedReply === 'error-page' || !isFull(endpoint)) return serve(request, response)
      turnAway(() => response.writeHead(503, TURNED_AWAY).end())
    },
    install(app) {
      // It counts when its body is here: one that trickles in must not take the place of others.
      app.addHook('preHandler', (request, reply, done) => {
        const { endpoint } = request.routeOptions.config
        if (endpoint?.sheddingClass === 'exempt') return done()
        if (isFull(endpoint)) {
          return turnAway(() => {
            if (endpoint?.shedReply === 'error-page')
              done(new StoreUnavailableError('too many requests are under way'))
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
