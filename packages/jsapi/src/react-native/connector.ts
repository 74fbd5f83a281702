/**
 * @module Carries messages between a mini program's web view and the core in the other one, and calls the wallet's services. It decides
 * nothing.
 *
 * @see docs/native-hosts.md#messages
 */
import type { FailureReport } from '../host-core/mini-program.ts'
import type { HostServices } from '../host-core/services.ts'
import type {
  CoreMessage,
  NativeHostSettings,
  NativeMessage,
  NativeMiniProgram,
} from '../native-host/messages.ts'

const VIEW = 'page'

/** What the connector needs from the component. */
export type ConnectorOptions = {
  readonly miniProgram: Omit<NativeMiniProgram, 'view' | 'isVisible'>
  readonly settings: NativeHostSettings
  /** The services of now: a component may get others with each rendering. */
  readonly services: () => Omit<HostServices, 'showSheet'>
  readonly onFailure: (failure: FailureReport) => void
  readonly runInPage: (script: string) => void
  readonly runInCore: (script: string) => void
  readonly showSheet: (isShown: boolean) => void
}

export interface Connector {
  onCoreMessage(text: string): void
  onPageMessage(text: string, url: string): void
  onTap(): void
  onNavigated(url: string): void
  onVisibility(isVisible: boolean): void
  onScreenReader(isOn: boolean): void
  grantChanged(): void
  close(): void
  /** Closes an open prompt, and says whether there was one. */
  onBack(): boolean
}

export function createConnector(options: ConnectorOptions): Connector {
  const { miniProgram, settings, services, onFailure, runInPage, runInCore, showSheet } = options
  let isReady = false
  let isSheetShown = false
  let isVisible = true
  let isScreenReaderOn = false

  /** A core that is not loaded yet learns everything when it is ready. Pages repeat their first message until then. */
  function tell(message: NativeMessage): void {
    if (isReady) runInCore(`assentHost.receive(${JSON.stringify(message)});true`)
  }

  function setSheetShown(isShown: boolean): void {
    if (isShown === isSheetShown) return
    isSheetShown = isShown
    showSheet(isShown)
  }

  /** Also runs when the core was loaded again. */
  function start(): void {
    isReady = true
    setSheetShown(false)
    tell({ type: 'start', ...settings })
    tell({ type: 'screenReader', isOn: isScreenReaderOn })
    tell({ type: 'open', view: VIEW, ...miniProgram, isVisible })
  }

  async function call({ id, service, body }: CoreMessage & { type: 'call' }): Promise<void> {
    const request = JSON.parse(body)
    const argument = service === 'showSettings' ? request.appId : request
    try {
      const method = services()[service] as (given: unknown) => Promise<unknown>
      const response = await method(argument)
      tell({ type: 'reply', id, body: JSON.stringify(response ?? null) })
    } catch (error) {
      tell({ type: 'reply', id, error: String(error) })
    }
  }

  function follow(message: CoreMessage): void {
    if (message.type === 'ready') start()
    else if (message.type === 'script') runInPage(`${message.script};true`)
    else if (message.type === 'sheet') setSheetShown(message.isShown)
    else if (message.type === 'call') void call(message)
    else if (message.type === 'failure') onFailure(message.failure)
    else if (message.type === 'error')
      onFailure({ appId: miniProgram.appId, cause: 'INTERNAL', detail: message.detail })
  }

  return {
    onCoreMessage: (text) => follow(JSON.parse(text) as CoreMessage),
    onPageMessage: (text, url) => tell({ type: 'page', view: VIEW, url, text }),
    onTap: () => tell({ type: 'touch', view: VIEW }),
    onNavigated: (url) => tell({ type: 'navigated', view: VIEW, url }),
    onVisibility(visible) {
      isVisible = visible
      tell({ type: 'visibility', view: VIEW, isVisible })
    },
    onScreenReader(isOn) {
      isScreenReaderOn = isOn
      tell({ type: 'screenReader', isOn })
    },
    grantChanged: () => tell({ type: 'grantChanged', view: VIEW }),
    close: () => tell({ type: 'close', view: VIEW }),
    onBack() {
      if (isSheetShown) tell({ type: 'back' })
      return isSheetShown
    },
  }
}
