/**
 * @module The page of the core, for a web view. The build puts `dist/host-page.html` in its place.
 */

declare const ASSENT_HOST_PAGE: string

export const HOST_PAGE: string = ASSENT_HOST_PAGE

/** Gives a page the object by which it posts texts to the app, before its own scripts run. */
export const BRIDGE_SCRIPT: string =
  'window.AssentBridge={onmessage:null,postMessage:function(text){ReactNativeWebView.postMessage(text)}};true'
