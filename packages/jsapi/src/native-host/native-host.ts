/**
 * @module The host of a native wallet. It runs in a web view of the wallet's own, which also shows the consent prompt. Mini programs
 * are in other web views, so none of their scripts can reach it. It knows of them what the native code says.
 *
 * @see docs/native-hosts.md
 */
import { BRIDGE_KNOCK, BRIDGE_TIMEOUTS_MS, type PageMessage } from '@assent/protocol'
import {
  createHostState,
  createMiniProgram,
  type HostState,
  type MiniProgram,
} from '../host-core/mini-program.ts'
import type {
  CoreMessage,
  NativeHostSettings,
  NativeMessage,
  NativeMiniProgram,
} from './messages.ts'
import {
  closeScript,
  createPageChannel,
  type NativePageChannel,
  refusalScript,
} from './page-channels.ts'
import { createNativeServices } from './services.ts'
import { createNativeSheet, type NativeSheet } from './sheet.ts'

const MAX_PAGE_ID_LENGTH = 64

/** What a text of a page holds, if the page is honest. */
type PageText = {
  readonly type?: unknown
  readonly pageId?: unknown
  readonly key?: unknown
  readonly message?: PageMessage
} | null

type OpenView = {
  readonly miniProgram: MiniProgram
  isVisible: boolean
  /** The channel of the page that connected last. */
  channel?: NativePageChannel
}

type MessageOf<Type extends NativeMessage['type']> = NativeMessage & { readonly type: Type }

/**
 * @param post sends a message to the native code
 * @param container the element that the consent prompt fills
 * @returns takes a message of the native code
 */
export function createNativeHost(
  post: (message: CoreMessage) => void,
  container: HTMLElement,
): (message: NativeMessage) => void {
  const sheet = createNativeSheet((isShown) => post({ type: 'sheet', isShown }))
  const views = new Map<string, OpenView>()
  const services = createNativeServices(post)
  let state = createState({})
  let isScreenReaderOn = false

  function createState(settings: NativeHostSettings): HostState {
    const showSheet = createShowSheet(sheet, container, settings)
    return createHostState(
      { ...services, showSheet },
      {
        onFailure: (failure) => post({ type: 'failure', failure }),
        ...(settings.timeouts && { timeouts: settings.timeouts }),
      },
    )
  }

  function close(view: string): void {
    views.get(view)?.miniProgram.close()
    views.delete(view)
  }

  function open(given: NativeMiniProgram): void {
    close(given.view)
    const opened: OpenView = {
      isVisible: given.isVisible !== false,
      miniProgram: createMiniProgram(state, {
        appId: given.appId,
        origins: given.origins,
        deepLink: given.deepLink === true,
        view: {
          // Taps come from the operating system and need no confirmation.
          isUserPresent: () => true,
          isVisible: () => opened.isVisible,
          locale: () => given.locale || navigator.language,
        },
      }),
    }
    views.set(given.view, opened)
  }

  function receiveText({ view, url, isMainFrame, text }: MessageOf<'page'>): void {
    const opened = views.get(view)
    if (!opened || isMainFrame === false) return
    const data = parse(text)
    const origin = toOrigin(url)
    const run = (script: string): void => post({ type: 'script', view, script })
    const onGesture = (ageMilliseconds: number): void => {
      // The native code sees touches itself; what the page reports of them is ignored.
      if (isScreenReaderOn) opened.miniProgram.userPresence.reportGesture(ageMilliseconds)
    }
    if (data?.type === BRIDGE_KNOCK) answerKnock(opened, origin, data.pageId, run, onGesture)
    else if (typeof data?.key === 'string') {
      const { channel } = opened
      if (channel?.key === data.key && channel.origin === origin)
        channel.receive(data.message ?? null)
      else if (data.message?.type !== 'leave') run(closeScript(origin, data.key))
    }
  }

  function setVisibility({ view, isVisible }: MessageOf<'visibility'>): void {
    const opened = views.get(view)
    if (!opened) return
    opened.isVisible = isVisible
    // A tap before the user left the wallet says nothing about the user who comes back.
    if (!isVisible) opened.miniProgram.userPresence.resetGesture()
  }

  const handlers: { [Type in NativeMessage['type']]: (message: MessageOf<Type>) => void } = {
    start(settings) {
      for (const view of [...views.keys()]) close(view)
      state = createState(settings)
    },
    open,
    page: receiveText,
    touch: ({ view, ageMilliseconds }) =>
      views.get(view)?.miniProgram.userPresence.reportGesture(ageMilliseconds ?? 0),
    screenReader({ isOn }) {
      isScreenReaderOn = isOn
    },
    visibility: setVisibility,
    navigated({ view, url }) {
      const miniProgram = views.get(view)?.miniProgram
      if (!miniProgram?.isRegistered(toOrigin(url))) miniProgram?.close()
    },
    grantChanged: ({ view }) => views.get(view)?.miniProgram.grantChanged(),
    close({ view }) {
      close(view)
      post({ type: 'closed', view })
    },
    back: sheet.dismiss,
    reply: services.settle,
  }

  return (message) => {
    try {
      const handle = handlers[message.type] as (message: NativeMessage) => void
      handle(message)
    } catch (error) {
      post({ type: 'error', detail: `${message.type}: ${String(error)}` })
    }
  }
}

function createShowSheet(
  sheet: NativeSheet,
  container: HTMLElement,
  { sheetTitle = 'Consent', timeouts = {} }: NativeHostSettings,
): (url: string, signal: AbortSignal) => Promise<void> {
  const { sheetLoad = BRIDGE_TIMEOUTS_MS.sheetLoad } = timeouts
  return (url, signal) =>
    sheet.show({ url, signal, container, title: sheetTitle, loadTimeoutMilliseconds: sheetLoad })
}

function answerKnock(
  opened: OpenView,
  origin: string,
  pageId: unknown,
  run: (script: string) => void,
  onGesture: (ageMilliseconds: number) => void,
): void {
  const { miniProgram } = opened
  if (typeof pageId !== 'string' || pageId.length > MAX_PAGE_ID_LENGTH) return
  if (!miniProgram.isRegistered(origin)) {
    miniProgram.reportStranger(origin, pageId)
    run(refusalScript(origin, pageId))
    return
  }
  if (!miniProgram.isConnected(pageId)) {
    const channel = createPageChannel(origin, pageId, run)
    miniProgram.connect(pageId, channel, onGesture)
    opened.channel = channel
  }
  if (opened.channel?.origin === origin) opened.channel.welcome()
}

function parse(text: string): PageText {
  try {
    return JSON.parse(text) as PageText
  } catch {
    return null
  }
}

function toOrigin(url: string): string {
  try {
    return new URL(url).origin
  } catch {
    return 'null'
  }
}
