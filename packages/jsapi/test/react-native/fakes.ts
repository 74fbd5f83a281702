/**
 * @module Stands for React Native and react-native-webview in tests: views are nothing, and each web view is a page of Chromium that
 * gets the documented properties.
 */
/// <reference path="../../src/react-native/modules.d.ts" />
import type { BrowserContext, Page } from 'playwright-core'
import { createElement, type ReactNode, useEffect, useImperativeHandle, useRef } from 'react'
import type { WebViewProps } from 'react-native-webview'

type Listener = (value: never) => unknown

const listeners = new Map<string, Set<Listener>>()

function addEventListener(type: string, listener: Listener): { remove(): void } {
  const known = listeners.get(type) ?? new Set()
  listeners.set(type, known.add(listener))
  return { remove: () => void known.delete(listener) }
}

/** An event of the operating system. @returns what the listeners return */
export const emit = (type: string, value?: unknown): unknown[] =>
  [...(listeners.get(type) ?? [])].map((listener) => listener(value as never))

export const openedLinks: string[] = []

export const View = (props: { readonly children?: ReactNode }) =>
  createElement('View', props, props.children)
export const AppState = { addEventListener }
export const BackHandler = { addEventListener }
export const AccessibilityInfo = { addEventListener, isScreenReaderEnabled: async () => false }
export const Linking = { openURL: async (url: string) => void openedLinks.push(url) }

/** Where web views open their pages. The server of each `baseUrl` has the page `elsewhere`. */
export const browser: { context?: BrowserContext; readonly pages: Page[] } = { pages: [] }

async function openPage(context: BrowserContext, props: () => WebViewProps): Promise<Page> {
  const page = await context.newPage()
  browser.pages.push(page)
  // As on a phone, `url` is the address of the frame, and the script is in the main frame alone.
  await page.exposeBinding('nativePost', ({ frame }, data: string) =>
    props().onMessage?.({ nativeEvent: { data, url: frame.url() } }),
  )
  const { injectedJavaScriptBeforeContentLoaded: script } = props()
  await page.addInitScript({
    content: `window.ReactNativeWebView = { postMessage: (text) => { nativePost(text) } };
      if (window === top) { ${script} }`,
  })
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) props().onLoadStart?.({ nativeEvent: { url: frame.url() } })
  })
  await page.route('**/*', (route) => {
    const request = route.request()
    const isTopFrame = request.frame() === page.mainFrame()
    const isLoaded = page.url().startsWith('http')
    const { onShouldStartLoadWithRequest: mayLoad } = props()
    const isKept = !isLoaded || !request.isNavigationRequest() || !mayLoad
    return isKept || mayLoad({ url: request.url(), isTopFrame }) ? route.continue() : route.abort()
  })
  const { source } = props()
  if ('html' in source) {
    // Chromium blocks requests to this machine from pages that no server has sent, so another page is replaced.
    await page.goto(`${source.baseUrl}elsewhere`)
    await page.setContent(source.html)
  } else await page.goto(source.uri)
  return page
}

export function WebView(props: WebViewProps) {
  const latest = useRef(props)
  latest.current = props
  const opening = useRef<Promise<Page> | undefined>(undefined)
  useImperativeHandle(props.ref, () => ({
    injectJavaScript(script) {
      // A page that navigates or is closed meanwhile gets nothing.
      opening.current?.then((page) => page.evaluate(script)).catch(() => {})
    },
  }))
  useEffect(() => {
    if (!browser.context) throw new Error('A web view needs a browser.')
    opening.current = openPage(browser.context, () => latest.current)
    return () => void opening.current?.then((page) => page.close()).catch(() => {})
  }, [])
  return createElement('WebView', props as object)
}
