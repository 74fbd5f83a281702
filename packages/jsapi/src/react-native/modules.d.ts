/**
 * The parts of React Native and of react-native-webview that the component uses. The packages themselves are peers of an app for
 * phones: nothing here installs them.
 */
declare module 'react-native' {
  import type { ComponentType, ReactNode } from 'react'

  type Subscription = { remove(): void }
  export const View: ComponentType<{
    readonly style?: object
    readonly pointerEvents?: 'auto' | 'none'
    readonly onTouchEnd?: () => void
    readonly accessibilityElementsHidden?: boolean
    readonly importantForAccessibility?: 'auto' | 'no-hide-descendants'
    readonly children?: ReactNode
  }>
  export const AppState: {
    addEventListener(type: 'change', listener: (state: string) => void): Subscription
  }
  export const AccessibilityInfo: {
    isScreenReaderEnabled(): Promise<boolean>
    addEventListener(
      type: 'screenReaderChanged',
      listener: (isEnabled: boolean) => void,
    ): Subscription
  }
  export const BackHandler: {
    addEventListener(type: 'hardwareBackPress', listener: () => boolean): Subscription
  }
  export const Linking: { openURL(url: string): Promise<unknown> }
}

declare module 'react-native-webview' {
  import type { ComponentType, RefObject } from 'react'

  export type WebViewRef = { injectJavaScript(script: string): void }
  export type WebViewProps = {
    readonly ref?: RefObject<WebViewRef | null>
    readonly source: { readonly uri: string } | { readonly html: string; readonly baseUrl: string }
    readonly style?: object
    readonly originWhitelist?: readonly string[]
    readonly injectedJavaScriptBeforeContentLoaded?: string
    readonly injectedJavaScriptBeforeContentLoadedForMainFrameOnly?: boolean
    readonly setSupportMultipleWindows?: boolean
    readonly onMessage?: (event: {
      readonly nativeEvent: { readonly data: string; readonly url: string }
    }) => void
    readonly onLoadStart?: (event: { readonly nativeEvent: { readonly url: string } }) => void
    readonly onShouldStartLoadWithRequest?: (request: {
      readonly url: string
      readonly isTopFrame?: boolean
    }) => boolean
    readonly onContentProcessDidTerminate?: () => void
    readonly onRenderProcessGone?: () => void
  }
  export const WebView: ComponentType<WebViewProps>
}
