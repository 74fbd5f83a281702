/**
 * @module The host side of the bridge: opens mini programs, each in a frame, and connects the pages that load there.
 *
 * @see docs/wallets.md#a-web-host
 */
import { BRIDGE_TIMEOUTS_MS, type BridgeTimeouts, type JsapiCause } from '@assent/protocol'
import { answerKnocks } from './knocks.ts'
import { readOrigins } from './origins.ts'
import { connectPage, type PageConnection, type PageSession } from './page-connection.ts'
import { createPromptLock, type PromptLock } from './prompt-lock.ts'
import { randomId } from './random-id.ts'
import type { HostServices } from './services.ts'
import { createUserPresence } from './user-presence.ts'

/**
 * A mini program that the host opens.
 *
 * @example
 * ```ts
 * import type { MiniProgramFrame } from '@assent/jsapi/host'
 *
 * export const miniProgram: MiniProgramFrame = {
 *   appId: 'kopi-house',
 *   origins: ['https://kopi.example', 'https://www.kopi.example'],
 *   frame: document.createElement('iframe'),
 * }
 * ```
 * @see docs/wallets.md
 */
export type MiniProgramFrame = {
  /** The registered id of the mini program. */
  readonly appId: string
  /**
   * The registered origins, `domains` in `assent.yaml`. A page of another origin gets no port: its calls fail with
   * `ORIGIN_NOT_REGISTERED`, and {@link HostOptions.onFailure} names both.
   */
  readonly origins: readonly string[]
  /** The frame of the mini program. To open a frame again closes what was open in it. */
  readonly frame: HTMLIFrameElement
  /** Whether the user arrived by a link from outside the wallet. Default: false. */
  readonly deepLink?: boolean
}

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

/**
 * The host side of the bridge. One host serves all mini programs of a window.
 *
 * @example
 * ```ts
 * import type { Host } from '@assent/jsapi/host'
 *
 * export function countBlockedPrompts(host: Host): number {
 *   return host.failed().NO_USER_GESTURE ?? 0
 * }
 * ```
 * @see docs/wallets.md
 */
export interface Host {
  /**
   * Connects the pages that load in the frame of a mini program, and the page that is there.
   * @throws {TypeError} when an origin is malformed
   */
  open(miniProgram: MiniProgramFrame): OpenMiniProgram
  /**
   * The number of failures per cause: calls, including those that the user-presence check blocked, and pages of origins that
   * are not registered.
   */
  failed(): Readonly<Partial<Record<JsapiCause, number>>>
}

/**
 * Creates the host side of the bridge. At most one consent prompt is open at a time. Another mini program's request fails with
 * `CONSENT_ALREADY_OPEN`; a new one of the same mini program replaces the prompt.
 *
 * @example
 * ```ts
 * import { createHost, type HostServices } from '@assent/jsapi/host'
 *
 * export function openKopiHouse(services: HostServices, frame: HTMLIFrameElement): () => void {
 *   const origins = ['https://kopi.example', 'https://www.kopi.example']
 *   const miniProgram = createHost(services).open({ appId: 'kopi-house', origins, frame })
 *   frame.src = 'https://kopi.example/'
 *   return () => miniProgram.close()
 * }
 * ```
 * @see docs/wallets.md
 */
export function createHost(services: HostServices, options: HostOptions = {}): Host {
  const failures: Partial<Record<JsapiCause, number>> = {}
  const { onFailure = warnAboutOrigin } = options

  function reportFailure(failure: FailureReport): void {
    failures[failure.cause] = (failures[failure.cause] ?? 0) + 1
    onFailure(failure)
  }

  const context: HostState = {
    services,
    timeouts: { ...BRIDGE_TIMEOUTS_MS, ...options.timeouts },
    prompts: createPromptLock(),
    reportFailure,
  }
  return {
    failed: () => ({ ...failures }),
    open: (miniProgram) => openMiniProgram(context, miniProgram),
  }
}

type HostState = {
  readonly services: HostServices
  readonly timeouts: BridgeTimeouts
  readonly prompts: PromptLock
  readonly reportFailure: (failure: FailureReport) => void
}

/** What is open in a frame, by whatever host of this window, and the page that connected last. */
type Occupant = { readonly appId: string; pageId?: string; close(): void }
const occupants = new WeakMap<HTMLIFrameElement, Occupant>()

function openMiniProgram(
  { services, timeouts, prompts, reportFailure }: HostState,
  { appId, origins, frame, deepLink = false }: MiniProgramFrame,
): OpenMiniProgram {
  const registeredOrigins = readOrigins(origins)
  const previous = occupants.get(frame)
  previous?.close()
  let page: (PageConnection & { readonly pageId: string }) | undefined
  let pageInstance = ''
  let lastStranger: string | undefined
  const userPresence = createUserPresence(frame, () => pageInstance, deepLink)
  const session: Omit<PageSession, 'onClosed'> = {
    appId,
    services,
    timeouts,
    userPresence,
    prompts,
    onFailure: ({ jsapiCause, message }) =>
      reportFailure({ appId, cause: jsapiCause, detail: message }),
  }

  function connect(pageId: string): MessagePort | undefined {
    // The page has a port, or it is the page of another mini program, which this frame still shows.
    if (page?.pageId === pageId) return undefined
    if (previous?.pageId === pageId && previous.appId !== appId) return undefined
    page?.close()
    userPresence.resetGesture()
    const { port1, port2 } = new MessageChannel()
    pageInstance = randomId()
    const onClosed = (): void => {
      if (page === connected) page = undefined
    }
    const connected = { pageId, ...connectPage(port1, { ...session, onClosed }) }
    page = connected
    occupant.pageId = pageId
    return port2
  }

  function reportStranger(pageOrigin: string, pageId: string): void {
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
  }

  // A tap before the user left the wallet says nothing about the user who comes back.
  function onVisibilityChange(): void {
    if (frame.ownerDocument.visibilityState === 'hidden') userPresence.resetGesture()
  }

  const stopAnswering = answerKnocks(frame, {
    origins: registeredOrigins,
    onPage: connect,
    onStranger: reportStranger,
  })
  frame.ownerDocument.addEventListener('visibilitychange', onVisibilityChange)
  const occupant: Occupant = {
    appId,
    close() {
      stopAnswering()
      frame.ownerDocument.removeEventListener('visibilitychange', onVisibilityChange)
      page?.close()
    },
  }
  occupants.set(frame, occupant)
  return { grantChanged: () => page?.send({ type: 'grantChanged' }), close: occupant.close }
}

function warnAboutOrigin({ cause, detail }: FailureReport): void {
  if (cause === 'ORIGIN_NOT_REGISTERED') console.warn(`Assent: ${detail}`)
}
