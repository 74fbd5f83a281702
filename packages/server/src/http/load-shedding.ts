/**
 * @module Load shedding: limits how many requests a node works on. Excess requests are rejected before their body is read or a
 * signature is checked. Withdrawals are rejected last. A request that waits for an outside address is not work: it gives its place
 * back until the response arrives.
 * @see docs/operating.md#load-shedding
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, RequestListener } from 'node:http'
import { pathOfTarget } from '@assent/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WhileWaiting } from '../engine/ports/outbound-calls.ts'
import { StoreUnavailableError } from '../engine/store/store.ts'
import { type Endpoint, type EndpointLookup, provesFirst, type SheddingClass } from './endpoint.ts'
import { createPlaces, type Place } from './places.ts'

const REJECTION_HEADERS = { 'retry-after': '1', 'content-length': '0' }
/**
 * An immediate 503 causes an immediate retry. Such retries took about 10 % of the capacity of a node. Meanwhile, a request gets the
 * first place that it finds, so that a burst is served.
 */
const REJECTION_DELAY_MS = 500
const RETRY_INTERVAL_MS = 50

/**
 * Counts a request for the caller that has proven to have sent it.
 * @param caller a unique name, for example `client 2018…`; `undefined`: nothing is proven
 * @throws {StoreUnavailableError} when the caller has too many requests in flight
 */
export type IdentifyCaller = (request: FastifyRequest, caller: string | undefined) => Promise<void>

export interface LoadShedder {
  /** How many requests are being worked on. */
  inFlight(): number
  /** How many requests wait for outside addresses. */
  waiting(): number
  /** How many requests have no reply yet, those included whose client has disconnected. */
  unanswered(): number
  /** How many requests were rejected since the start. */
  shed(): number
  /** Rejects excess requests before the router and the hooks run, where a rejection costs least. */
  wrapListener(serve: RequestListener): RequestListener
  /** Counts the requests in flight. */
  install(app: FastifyInstance): void
  readonly whileWaiting: WhileWaiting
  /** Delays the reply to a request as rejections are delayed. */
  delay(request: FastifyRequest): Promise<void>
  readonly identify: IdentifyCaller
}

/** @param find finds the endpoint of a path before the router runs */
export function createLoadShedder(find: EndpointLookup): LoadShedder {
  const places = createPlaces()
  const current = new AsyncLocalStorage<Place>()
  let shed = 0

  const hasRoom = (endpoint: Endpoint | undefined, request: IncomingMessage): boolean =>
    places.hasRoom(classOf(endpoint, request), !provesFirst(endpoint, request))
  /** @returns whether a place was found before the delay of rejections is over */
  async function waitForRoom(takesPlace: () => boolean): Promise<boolean> {
    for (let waited = 0; waited < REJECTION_DELAY_MS; waited += RETRY_INTERVAL_MS) {
      await sleep(RETRY_INTERVAL_MS)
      if (takesPlace()) return true
    }
    shed++
    return false
  }

  return {
    inFlight: places.inFlight,
    waiting: places.waiting,
    unanswered: places.unanswered,
    shed: () => shed,
    wrapListener: (serve) => (request, response) => {
      if (places.isCalm()) return serve(request, response)
      const [path = ''] = pathOfTarget(request.url ?? '').split('?', 1)
      const endpoint = find(path)
      // An error page is rendered by the route.
      if (endpoint?.shedReply === 'error-page' || hasRoom(endpoint, request))
        return serve(request, response)
      void waitForRoom(() => hasRoom(endpoint, request)).then((isAdmitted) => {
        if (isAdmitted) serve(request, response)
        else response.writeHead(503, REJECTION_HEADERS).end()
      })
    },
    install(app) {
      app.decorateRequest('place', null)
      // A request counts once its body has arrived, so that slow uploads do not use up the limit.
      app.addHook('preHandler', (request, reply, done) => {
        const { endpoint } = request.routeOptions.config
        if (endpoint?.sheddingClass === 'exempt') return done()
        const enter = (): boolean => takesPlace(request)
        const proceed = (): void => current.run(placeOf(request), done)
        if (enter()) return proceed()
        return void waitForRoom(enter).then((isAdmitted) => {
          if (isAdmitted) proceed()
          else if (endpoint?.shedReply === 'error-page')
            done(new StoreUnavailableError('Too many requests are in flight.'))
          else void reply.code(503).headers(REJECTION_HEADERS).send()
        })
      })
      // The work ends with the response, even if the client has disconnected before: its request still runs.
      app.addHook('onSend', (request, _reply, payload, done) => {
        request.place?.end()
        done(null, payload)
      })
    },
    whileWaiting: (call) => current.getStore()?.whileWaiting(call) ?? call(),
    delay: (request) => placeOf(request).pause(sleep(REJECTION_DELAY_MS)),
    async identify(request, caller) {
      const place = placeOf(request)
      if (place.identify(caller)) return
      const isAdmitted = await place.pause(waitForRoom(() => place.identify(caller)))
      if (!isAdmitted)
        throw new StoreUnavailableError('Too many requests of this caller are in flight.')
    },
  }

  /** A stranger takes a place. Callers who prove who they are take theirs then. */
  function takesPlace(request: FastifyRequest): boolean {
    const { raw, routeOptions } = request
    const { endpoint } = routeOptions.config
    return provesFirst(endpoint, raw)
      ? hasRoom(endpoint, raw)
      : placeOf(request).identify(undefined)
  }

  /** A request that fails before its body is read gets its place when it is identified. */
  function placeOf(request: FastifyRequest): Place {
    request.place ??= places.open(classOf(request.routeOptions.config.endpoint, request.raw))
    return request.place
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The place that the request holds while it is worked on. */
    place: Place | null
  }
}

/** Unknown paths belong to the gateway. */
function classOf(
  endpoint: Endpoint | undefined,
  { method }: Pick<IncomingMessage, 'method'>,
): SheddingClass {
  const isWithdrawal = endpoint?.withdrawalMethods?.some((one) => one === method) ?? false
  return isWithdrawal ? 'withdrawal' : (endpoint?.sheddingClass ?? 'token')
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
