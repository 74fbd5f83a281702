/**
 * @module Load shedding: limits how many requests are in flight. Excess requests are rejected before their body is read or a
 * signature is checked. Withdrawals are rejected last.
 * @see docs/operating.md#load-shedding
 */
import type { RequestListener } from 'node:http'
import { pathOfTarget } from '@assent/protocol'
import type { FastifyInstance } from 'fastify'
import { StoreUnavailableError } from '../engine/ports.ts'
import type { Endpoint, EndpointLookup, SheddingClass } from './endpoint.ts'

/**
 * 256 signed requests keep one core busy for about 100 ms. Each class has a higher limit than the classes that are rejected
 * before it.
 */
const MAX_IN_FLIGHT: Readonly<Record<SheddingClass, number>> = {
  consent: 192,
  token: 256,
  withdrawal: 1024,
  exempt: Number.POSITIVE_INFINITY,
}
/** Below this limit, no class is rejected. */
const LOWEST_LIMIT = Math.min(...Object.values(MAX_IN_FLIGHT))

const REJECTION_HEADERS = { 'retry-after': '1', 'content-length': '0' }
/** An immediate 503 causes an immediate retry. Such retries took about 10 % of the capacity of a node. */
const REJECTION_DELAY_MS = 500

export interface LoadShedder {
  /** How many requests are in flight. */
  inFlight(): number
  /** How many requests were rejected since the start. */
  shed(): number
  /** Rejects excess requests before the router and the hooks run, where a rejection costs least. */
  wrapListener(serve: RequestListener): RequestListener
  /** Counts the requests in flight. */
  install(app: FastifyInstance): void
}

/** @param find finds the endpoint of a path before the router runs */
export function createLoadShedder(find: EndpointLookup): LoadShedder {
  let inFlight = 0
  let shed = 0

  const isFull = (endpoint: Endpoint | undefined): boolean =>
    inFlight >= LOWEST_LIMIT && inFlight >= MAX_IN_FLIGHT[endpoint?.sheddingClass ?? 'token']
  const finish = (): void => {
    inFlight--
  }
  const reject = (sendRejection: () => void): void => {
    shed++
    setTimeout(sendRejection, REJECTION_DELAY_MS)
  }

  return {
    inFlight: () => inFlight,
    shed: () => shed,
    wrapListener: (serve) => (request, response) => {
      if (inFlight < LOWEST_LIMIT) return serve(request, response)
      const [path = ''] = pathOfTarget(request.url ?? '').split('?', 1)
      const endpoint = find(path)
      // An error page is rendered by the route.
      if (endpoint?.shedReply === 'error-page' || !isFull(endpoint)) return serve(request, response)
      reject(() => response.writeHead(503, REJECTION_HEADERS).end())
    },
    install(app) {
      // A request counts once its body has arrived, so that slow uploads do not use up the limit.
      app.addHook('preHandler', (request, reply, done) => {
        const { endpoint } = request.routeOptions.config
        if (endpoint?.sheddingClass === 'exempt') return done()
        if (isFull(endpoint)) {
          return reject(() => {
            if (endpoint?.shedReply === 'error-page')
              done(new StoreUnavailableError('Too many requests are in flight.'))
            else void reply.code(503).headers(REJECTION_HEADERS).send()
          })
        }
        inFlight++
        // Emitted when the response is sent, and also when the client disconnects.
        reply.raw.on('close', finish)
        return done()
      })
    },
  }
}
