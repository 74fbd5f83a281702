/**
 * @module A mini program and its consent prompt in a React Native app: two web views, one over the other.
 *
 * @see docs/native-hosts.md#react-native
 */
import {
  createElement,
  type ReactElement,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react'
import { AccessibilityInfo, AppState, BackHandler, Linking, View } from 'react-native'
import { WebView, type WebViewProps, type WebViewRef } from 'react-native-webview'
import type { FailureReport } from '../host-core/mini-program.ts'
import type { HostServices } from '../host-core/services.ts'
import type { NativeHostSettings } from '../native-host/messages.ts'
import { type Connector, createConnector } from './connector.ts'
import { BRIDGE_SCRIPT, HOST_PAGE } from './host-page.ts'

/** The services that an app implements. The component shows the consent prompt itself. */
export type NativeHostServices = Omit<HostServices, 'showSheet'>

/**
 * The properties of {@link MiniProgramScreen}. Give it another `key` for another mini program.
 *
 * @see docs/native-hosts.md#react-native
 */
export type MiniProgramScreenProps = NativeHostSettings & {
  /** The registered id of the mini program. */
  readonly appId: string
  /** The registered origins, `domains` in `assent.yaml`. */
  readonly origins: readonly string[]
  /** The page that is shown first. */
  readonly url: string
  /** An origin of `wallets[].origins`, which the consent page may be framed by. Nothing is loaded from it. */
  readonly hostOrigin: string
  /** Calls to the wallet's back end, and the privacy settings. */
  readonly services: NativeHostServices
  /** Whether the user arrived by a link from outside the wallet. Default: false. */
  readonly deepLink?: boolean
  /** The language of the wallet, as a language tag. Default: that of the web view. */
  readonly locale?: string
  /** Gets every failure. Default: the console gets those with `ORIGIN_NOT_REGISTERED`. */
  readonly onFailure?: (failure: FailureReport) => void
  /** Gets `grantChanged`, to call when the user has changed the grant elsewhere in the wallet. */
  readonly onOpen?: (miniProgram: { grantChanged(): void }) => void
}

const FILL = { position: 'absolute', top: 0, right: 0, bottom: 0, left: 0 } as const
const TRANSPARENT = { backgroundColor: 'transparent' } as const

/**
 * Shows a mini program, and the consent prompt over it.
 *
 * @see docs/native-hosts.md#react-native
 */
export function MiniProgramScreen(props: MiniProgramScreenProps): ReactElement {
  const { url, hostOrigin } = props
  const page = useRef<WebViewRef>(null)
  const core = useRef<WebViewRef>(null)
  const [isSheetShown, setSheetShown] = useState(false)
  const connector = useConnector(props, page, core, setSheetShown)
  const hostUrl = `${hostOrigin}/`
  // A web view whose process has crashed cannot be used again.
  const [crashes, setCrashes] = useState(0)
  const replaceCore = (): void => setCrashes((count) => count + 1)

  /** Links of the consent page, such as a privacy policy, open in the browser. */
  function keepHostPage(request: { readonly url: string; readonly isTopFrame?: boolean }): boolean {
    if (request.isTopFrame === false || request.url === hostUrl || request.url === 'about:blank')
      return true
    void Linking.openURL(request.url)
    return false
  }

  return createElement(
    View,
    { style: { flex: 1 } },
    // The host stays on the screen: the system stops the scripts of web views that are not.
    createLayer(isSheetShown, {
      key: crashes,
      ref: core,
      source: { html: HOST_PAGE, baseUrl: hostUrl },
      style: TRANSPARENT,
      setSupportMultipleWindows: false,
      onMessage: ({ nativeEvent }) => connector.onCoreMessage(nativeEvent.data),
      onShouldStartLoadWithRequest: keepHostPage,
      onContentProcessDidTerminate: replaceCore,
      onRenderProcessGone: replaceCore,
    }),
    createLayer(
      !isSheetShown,
      {
        ref: page,
        source: { uri: url },
        onMessage: ({ nativeEvent }) => connector.onPageMessage(nativeEvent.data, nativeEvent.url),
        onLoadStart: ({ nativeEvent }) => connector.onNavigated(nativeEvent.url),
      },
      connector.onTap,
    ),
  )
}

function createLayer(
  isInFront: boolean,
  props: WebViewProps & { readonly key?: number },
  onTouchEnd?: () => void,
): ReactElement {
  const layer = {
    style: { ...FILL, zIndex: isInFront ? 1 : 0 },
    pointerEvents: isInFront ? 'auto' : 'none',
    importantForAccessibility: isInFront ? 'auto' : 'no-hide-descendants',
    accessibilityElementsHidden: !isInFront,
    ...(onTouchEnd && { onTouchEnd }),
  } as const
  const webView = {
    originWhitelist: ['http://*', 'https://*', 'about:*'],
    injectedJavaScriptBeforeContentLoaded: BRIDGE_SCRIPT,
    injectedJavaScriptBeforeContentLoadedForMainFrameOnly: true,
    ...props,
  }
  return createElement(View, layer, createElement(WebView, webView))
}

function useConnector(
  props: MiniProgramScreenProps,
  page: RefObject<WebViewRef | null>,
  core: RefObject<WebViewRef | null>,
  showSheet: (isShown: boolean) => void,
): Connector {
  const latest = useRef(props)
  latest.current = props
  const created = useRef<Connector | null>(null)
  created.current ??= createConnector({
    miniProgram: toMiniProgram(props),
    settings: toSettings(props),
    services: () => latest.current.services,
    onFailure: (failure) => (latest.current.onFailure ?? warnAboutOrigin)(failure),
    runInPage: (script) => page.current?.injectJavaScript(script),
    runInCore: (script) => core.current?.injectJavaScript(script),
    showSheet,
  })
  const connector = created.current
  useEffect(() => {
    latest.current.onOpen?.({ grantChanged: connector.grantChanged })
    AccessibilityInfo.isScreenReaderEnabled().then(connector.onScreenReader, () => {})
    const subscriptions = [
      AppState.addEventListener('change', (state) => connector.onVisibility(state === 'active')),
      AccessibilityInfo.addEventListener('screenReaderChanged', connector.onScreenReader),
      BackHandler.addEventListener('hardwareBackPress', connector.onBack),
    ]
    return () => {
      for (const subscription of subscriptions) subscription.remove()
      connector.close()
    }
  }, [connector])
  return connector
}

function toMiniProgram({ appId, origins, deepLink = false, locale = '' }: MiniProgramScreenProps) {
  return { appId, origins, deepLink, locale }
}

function toSettings({ sheetTitle, timeouts }: MiniProgramScreenProps): NativeHostSettings {
  return { ...(sheetTitle !== undefined && { sheetTitle }), ...(timeouts && { timeouts }) }
}

function warnAboutOrigin({ cause, detail }: FailureReport): void {
  if (cause === 'ORIGIN_NOT_REGISTERED') console.warn(`Assent: ${detail}`)
}
