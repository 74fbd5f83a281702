/**
 * @module The host of a wallet's web app: opens mini programs, each in a frame, and connects the pages that load there.
 *
 * @see docs/wallets.md#a-web-host
 */
import type { JsapiCause } from '@assent/protocol'
import {
  createHostState,
  createMiniProgram,
  type HostOptions,
  type HostState,
  type OpenMiniProgram,
} from '../host-core/mini-program.ts'
import type { HostServices } from '../host-core/services.ts'
import { answerKnocks, toPageChannel } from './knocks.ts'
import { observeFrame } from './observed-frame.ts'

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
  const state = createHostState(services, options)
  return {
    failed: state.failed,
    open: (miniProgram) => openMiniProgram(state, miniProgram),
  }
}

/** What is open in a frame, by whatever host of this window, and the page that connected last. */
type Occupant = { readonly appId: string; pageId?: string; close(): void }
const occupants = new WeakMap<HTMLIFrameElement, Occupant>()

function openMiniProgram(
  state: HostState,
  { appId, origins, frame, deepLink = false }: MiniProgramFrame,
): OpenMiniProgram {
  const view = observeFrame(frame)
  const miniProgram = createMiniProgram(state, { appId, origins, deepLink, view })
  const { userPresence } = miniProgram
  const previous = occupants.get(frame)
  previous?.close()

  function connect(pageId: string): MessagePort | undefined {
    // The page has a port, or it is the page of another mini program, which this frame still shows.
    if (miniProgram.isConnected(pageId)) return undefined
    if (previous?.pageId === pageId && previous.appId !== appId) return undefined
    const { port1, port2 } = new MessageChannel()
    miniProgram.connect(pageId, toPageChannel(port1), userPresence.reportGesture)
    occupant.pageId = pageId
    return port2
  }

  // A tap before the user left the wallet says nothing about the user who comes back.
  function onVisibilityChange(): void {
    if (frame.ownerDocument.visibilityState === 'hidden') userPresence.resetGesture()
  }

  const stopAnswering = answerKnocks(frame, {
    isRegistered: miniProgram.isRegistered,
    onPage: connect,
    onStranger: miniProgram.reportStranger,
  })
  frame.ownerDocument.addEventListener('visibilitychange', onVisibilityChange)
  const occupant: Occupant = {
    appId,
    close() {
      stopAnswering()
      frame.ownerDocument.removeEventListener('visibilitychange', onVisibilityChange)
      miniProgram.close()
    },
  }
  occupants.set(frame, occupant)
  return { grantChanged: miniProgram.grantChanged, close: occupant.close }
}
