/**
 * @module Redirect URIs and origins of native apps: loopback addresses, private-use schemes, native shells.
 *
 * @see [RFC 8252 §7](https://www.rfc-editor.org/rfc/rfc8252.html#section-7)
 */
import { describe, expect, it } from 'vitest'
import {
  isAppScheme,
  isPageOrigin,
  isRedirectUri,
  isWebOrigin,
  matchesRedirect,
} from '../../../src/engine/oauth-clients/client-rules.ts'

const CURSOR = 'cursor://anysphere.cursor-retrieval/oauth/user-agent/callback'
const CODE = 'vscode://vscode.github-authentication/did-authenticate'

describe(isRedirectUri, () => {
  it.each([
    'https://shop.example/back?x=1',
    'http://localhost/callback',
    'http://localhost:33418/callback',
    'http://127.0.0.1:6274/oauth/callback',
    'http://[::1]:6274/oauth/callback',
    'com.example.app:/callback',
    'com.example.app://oauth/callback',
  ])('%s is possible', (uri) => {
    expect(isRedirectUri(uri)).toBe(true)
  })

  it.each([CURSOR, CODE])('%s needs the permission of the operator', (uri) => {
    expect(isRedirectUri(uri)).toBe(false)
    expect(isRedirectUri(uri, ['cursor', 'vscode'])).toBe(true)
    expect(isRedirectUri(uri, ['curso', 'vscode-insiders'])).toBe(false)
  })

  it.each([
    'http://localhost.evil.example/callback',
    'http://localhost@evil.example/callback',
    'http://evil.example/localhost',
    'http://shop.example/',
    'vscode:callback',
    'vscode://x/#fragment',
    'vscode://x y/',
    'VSCODE://x/',
    'javascript:/alert(1)',
  ])('%s is never possible', (uri) => {
    expect(isRedirectUri(uri, ['cursor', 'vscode'])).toBe(false)
  })
})

describe(matchesRedirect, () => {
  it.each(['127.0.0.1', '[::1]', 'localhost'])('%s may have any port', (host) => {
    const registered = `http://${host}:8080/callback`
    for (const port of ['', ':1', ':33418'])
      expect(matchesRedirect(registered, `http://${host}${port}/callback`)).toBe(true)
    expect(matchesRedirect(registered, `http://${host}/other`)).toBe(false)
    expect(matchesRedirect(registered, `https://${host}/callback`)).toBe(false)
  })

  it('one name of the loopback address is not another', () => {
    expect(matchesRedirect('http://localhost/callback', 'http://127.0.0.1/callback')).toBe(false)
  })

  it('a private-use scheme has no port', () => {
    expect(matchesRedirect(CODE, `${CODE}/x`)).toBe(false)
    expect(matchesRedirect('vscode://a/b', 'vscode://a:1/b')).toBe(false)
  })
})

describe('origins', () => {
  it.each([
    'https://shop.example',
    'https://localhost',
    'http://localhost',
    'http://localhost:5173',
    'http://tauri.localhost',
    'https://tauri.localhost',
    'http://127.0.0.1:6274',
  ])('%s is one of the web', (origin) => {
    expect([isWebOrigin(origin), isPageOrigin(origin)]).toEqual([true, true])
  })

  it.each([
    'capacitor://localhost',
    'ionic://localhost',
    'tauri://localhost',
    'app://obsidian.md',
    'vscode-webview://0a1b2c',
  ])('%s is one of a native shell', (origin) => {
    expect([isWebOrigin(origin), isPageOrigin(origin)]).toEqual([false, true])
  })

  it.each([
    'null',
    'file://',
    'file://localhost',
    'http://shop.example',
    'http://localhost.evil.example',
    'https://shop.example/',
    'capacitor://localhost/',
    'capacitor://*',
    'data://x',
    'javascript://x',
    'https://SHOP.example',
    '',
  ])('%s is none', (origin) => {
    expect([isWebOrigin(origin), isPageOrigin(origin)]).toEqual([false, false])
  })
})

it.each(['javascript', 'data', 'file', 'http', 'https', 'intent', 'Vscode', 'a b', ''])(
  'no app may have the scheme %j',
  (scheme) => {
    expect(isAppScheme(scheme)).toBe(false)
  },
)
