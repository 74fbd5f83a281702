/**
 * @module A mini program that is open in a host, whatever shows it: which page is connected, who may connect, and what failed.
 *
 * @see docs/wallets.md
 */
import { BRIDGE_TIMEOUTS_MS, type BridgeTimeouts, type JsapiCause } from '@assent/protocol'
import { readOrigins } from './origins.ts'
import { connectPage, type PageChannel, type PageConnection } from './page-connection.ts'
import { createPromptLock, type PromptLock } from './prompt-lock.ts'
import { randomId } from './random-id.ts'
import type { HostServices } from './services.ts'
import { createUserPresence, type UserPresence, type UserView } from './user-presence.ts'

/**
 * A mini program that is open in the host.
 *
 * @example
 * ```ts
 * import type { OpenMiniProgram } from '@assent/jsapi/host'
 *
 * export function leave(miniProgram: OpenMiniProgram, frame: HTMLIFrameElement): void {
 *   miniProgram.close()
 *   frame.remove()
 * }
 * ```
 * @see docs/wallets.md
 */
export interface OpenMiniProgram {
  /** Notifies the page that the user has changed its grant elsewhere in the wallet. */
  grantChanged(): void
  /** Disconnects the page; its pending calls fail with `PAGE_GONE`. Call it when the user leaves. */
  close(): void
}

/**
 * A failed call of a page, or a page that got no connection.
 *
 * @example
 * ```ts
 * import type { FailureReport } from '@assent/jsapi/host'
 *
 * export function log({ appId, cause, detail, pageOrigin }: FailureReport): void {
 *   console.warn(`${appId}: ${cause}. ${detail}`, pageOrigin ?? '')
 * }
 * ```
 * @see docs/wallets.md
 */
export type FailureReport = {
  readonly appId: string
  readonly cause: JsapiCause
  /** What happened and what to do, in English, for the developer of the wallet. Pages do not get it. */
  readonly detail: string
  /** With `ORIGIN_NOT_REGISTERED`: the origin of the page, `null` for a sandboxed frame. */
  readonly pageOrigin?: string
  /** With `ORIGIN_NOT_REGISTERED`: the registered origins. */
  readonly registeredOrigins?: readonly string[]
}

/**
 * The options of {@link createHost}.
 *
 * @example
 * ```ts
 * import type { HostOptions } from '@assent/jsapi/host'
 *
 * export const options: HostOptions = {
 *   onFailure: ({ cause, detail }) => console.warn(cause, detail),
 *   timeouts: { backEnd: 20_000 },
 * }
 * ```
 * @see docs/wallets.md
 */
export type HostOptions = {
  /** Gets every failure. Default: the console gets those with `ORIGIN_NOT_REGISTERED`. */
  readonly onFailure?: (failure: FailureReport) => void
  /** Other time limits than `BRIDGE_TIMEOUTS_MS`, in milliseconds. Keep `backEnd` below `reply`, the limit of the page. */
  readonly timeouts?: Partial<Pick<BridgeTimeouts, 'backEnd' | 'userDecision'>>
}

/** What all mini programs of a host share. */
export type HostState = {
  readonly services: HostServices
  readonly timeouts: BridgeTimeouts
  readonly prompts: PromptLock
  readonly reportFailure: (failure: FailureReport) => void
  /** The number of failures per cause. */
  readonly failed: () => Readonly<Partial<Record<JsapiCause, number>>>
}

export function createHostState(services: HostServices, options: HostOptions): HostState {
  const failures: Partial<Record<JsapiCause, number>> = {}
  const { onFailure = warnAboutOrigin } = options
  return {
    services,
    timeouts: { ...BRIDGE_TIMEOUTS_MS, ...options.timeouts },
    prompts: createPromptLock(),
    reportFailure(failure) {
      failures[failure.cause] = (failures[failure.cause] ?? 0) + 1
      onFailure(failure)
    },
    failed: () => ({ ...failures }),
  }
}

function warnAboutOrigin({ cause, detail }: FailureReport): void {
  if (cause === 'ORIGIN_NOT_REGISTERED') console.warn(`Assent: ${detail}`)
}

export type MiniProgramOptions = {
  readonly appId: string
  /** The registered origins, in any spelling. */
  readonly origins: readonly string[]
  readonly deepLink: boolean
  readonly view: UserView
}

/** A mini program, and the page of it that connected last. */
export interface MiniProgram extends OpenMiniProgram {
  readonly userPresence: UserPresence
  isRegistered(origin: string): boolean
  isConnected(pageId: string): boolean
  /** Connects a page, and disconnects the page before it. A tap in that page says nothing about this one. */
  connect(pageId: string, channel: PageChannel, onGesture: (ageMilliseconds: number) => void): void
  /** Reports a page of an origin that is not registered. Its repeated knocks are one failure. */
  reportStranger(pageOrigin: string, pageId: string): void
}

/** @throws {TypeError} when an origin is malformed */
export function createMiniProgram(
  { services, timeouts, prompts, reportFailure }: HostState,
  { appId, origins, deepLink, view }: MiniProgramOptions,
): MiniProgram {
  const registeredOrigins = readOrigins(origins)
  let page: (PageConnection & { readonly pageId: string }) | undefined
  let pageInstance = ''
  let lastStranger: string | undefined
  const userPresence = createUserPresence(view, () => pageInstance, deepLink)
  return {
    userPresence,
    isRegistered: (origin) => registeredOrigins.includes(origin),
    isConnected: (pageId) => page?.pageId === pageId,
    connect(pageId, channel, onGesture) {
      page?.close()
      userPresence.resetGesture()
      pageInstance = randomId()
      const connection = connectPage(channel, {
        appId,
        services,
        timeouts,
        userPresence,
        prompts,
        onGesture,
        onFailure: ({ jsapiCause, message }) =>
          reportFailure({ appId, cause: jsapiCause, detail: message }),
        onClosed() {
          if (page === connected) page = undefined
        },
      })
      const connected = { pageId, ...connection }
      page = connected
    },
    reportStranger(pageOrigin, pageId) {
      if (lastStranger === pageId) return
      lastStranger = pageId
      const detail = `The page at ${pageOrigin} is not at a registered origin of ${appId}: ${registeredOrigins.join(', ')}. Add its origin to "domains" of the mini program and to "origins" of host.open.`
      reportFailure({
        appId,
        cause: 'ORIGIN_NOT_REGISTERED',
        detail,
        pageOrigin,
        registeredOrigins,
      })
    },
    grantChanged: () => page?.send({ type: 'grantChanged' }),
    close: () => page?.close(),
  }
}
