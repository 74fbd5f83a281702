/**
 * @module The checks of addresses: users, codes and tokens go to none that is unsafe.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../../src/config/load.ts'
import { testConfig } from '../../support/server.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-config-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** @returns the problems, or an empty text */
function check(more: object): string {
  const path = join(folder, 'assent.yaml')
  writeFileSync(path, stringify({ ...testConfig(), ...more }))
  try {
    loadConfig(path)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('the issuer', () => {
  it.each([
    'https://assent.example',
    'https://assent.example:8443',
    'http://127.0.0.1:7300',
    'http://[::1]:7300',
    'http://localhost:7300',
  ])('may be %s', (issuer) => expect(check({ issuer })).toBe(''))

  it.each([
    'http://assent.example',
    'http://10.0.0.1',
    'http://127.0.0.1.evil.example',
    'http://localhost.example',
    'ftp://assent.example',
    'ws://127.0.0.1',
    'https://assent.example/',
    'https://assent.example/path',
    'javascript:alert(1)',
    '',
  ])('may not be %j', (issuer) => expect(check({ issuer })).toMatch(/issuer must be/))
})

const SAFE = [
  'https://kopi.example/back',
  'https://kopi.example/back?x=1',
  'http://127.0.0.1:7302/back',
  'com.kopi.app:/back',
  'alipays://platformapi/startapp?appId=1',
]
const UNSAFE = [
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://kopi.example/1',
  'filesystem:https://kopi.example/1',
  'view-source:https://kopi.example',
  'about:blank',
  'intent://x#Intent;end',
  'content://x',
  'ws://kopi.example',
  'ftp://kopi.example',
  'http://kopi.example/back',
  'https://kopi.example/back#fragment',
  '/back',
  'kopi.example',
]

describe.each([
  {
    name: 'clients/0/redirectUris/0',
    change: (url: string) => {
      const [client, ...others] = testConfig().clients
      return { clients: [{ ...client, redirectUris: [url] }, ...others] }
    },
  },
  {
    name: 'wallets/0/authorizeUrl',
    change: (url: string) => {
      const [wallet, ...others] = testConfig().wallets
      return { wallets: [{ ...wallet, authorizeUrl: url }, ...others] }
    },
  },
  {
    name: 'wallets/0/logoutUrl',
    change: (url: string) => {
      const [wallet, ...others] = testConfig().wallets
      return { wallets: [{ ...wallet, logoutUrl: url }, ...others] }
    },
  },
])('$name', ({ name, change }) => {
  it.each(SAFE)('may be %s', (url) => expect(check(change(url))).toBe(''))

  it.each(UNSAFE)('may not be %j', (url) => {
    expect(check(change(url))).toContain(`${name} must be`)
  })
})

describe('the directory', () => {
  const change = (url: string) => ({ directory: { kind: 'http', url } })

  it.each(['https://users.example/x', 'http://users.internal/x'])('may be at %s', (url) =>
    expect(check(change(url))).toBe(''),
  )

  it.each(['file:///etc/passwd', 'ftp://users.example', 'users.example', 'javascript:1', ''])(
    'may not be at %j',
    (url) => expect(check(change(url))).toContain('directory/url must be'),
  )
})
