/**
 * @module Every problem of registry.yaml is reported with file and line. Rules that need the rest of the registry are left to the store.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { Sections } from '../../../src/config/sections.ts'
import { readRegistryFile } from '../../../src/registry/files/sections.ts'
import {
  clientEntry,
  miniProgramEntry,
  publicKey,
  walletEntry,
} from '../../support/registry-sections.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-sections-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function read(content: string | object, node = {}) {
  const path = join(folder, 'registry.yaml')
  writeFileSync(path, typeof content === 'string' ? content : stringify(content))
  return readRegistryFile(path, node)
}

const kopi = (members = {}, appMembers = {}): Partial<Sections> => ({
  clients: [
    clientEntry('kopi', 1, {
      miniPrograms: [miniProgramEntry('kopi-app', appMembers)],
      ...members,
    }),
  ],
})
const oauth = (members = {}) => ({
  oauth: [{ clientId: 'web', appId: 'kopi-app', tokenEndpointAuthMethod: 'none', ...members }],
})

describe('registry.yaml', () => {
  it.each<[string, object, RegExp]>([
    [
      'a member of assent.yaml',
      { issuer: 'https://a.example' },
      /1:1 issuer is not a known property|issuer is not a known property/,
    ],
    [
      'a client without keys',
      { clients: [{ clientId: 'a', name: 'A' }] },
      /clients\/0 needs name and keys/,
    ],
    [
      'a client with keys only',
      { clients: [{ clientId: 'a', keys: [{ version: 1, publicKey: publicKey(1) }] }] },
      /clients\/0 needs name and keys/,
    ],
    [
      'a redirect URI',
      kopi({ redirectUris: ['nowhere'] }),
      /clients\/0\/redirectUris\/0 must be an https URL/,
    ],
    [
      'an ID that appears twice',
      { wallets: [walletEntry('w', 1), walletEntry('w', 2)] },
      /wallets\/1\/walletId must be unique/,
    ],
    [
      'a time tolerance of 0',
      kopi({ requestTimeToleranceSeconds: 0 }),
      /requestTimeToleranceSeconds of 0 lets/,
    ],
    ['a link', kopi({}, { policyUrl: 'http://a.example' }), /policyUrl must be an https URL/],
    [
      'a theme',
      { wallets: [walletEntry('w', 1, { theme: { accent: '#ffff00' } })] },
      /theme\/accent has a contrast of/,
    ],
    [
      'an API',
      { apis: [{ name: 'a', paths: ['x'], upstream: 'http://a', scopes: ['S'] }] },
      /apis\/0\/paths \(a\) must contain paths/,
    ],
    [
      'lifetimes',
      kopi({ accessTokenLifetimeSeconds: 100, refreshTokenLifetimeSeconds: 60 }),
      /refreshTokenLifetimeSeconds must be at least/,
    ],
    ['an origin', kopi({}, { domains: ['shop.example'] }), /domains\/0 must be an origin/],
    [
      'a notification URL',
      kopi({ notifyUrl: 'http://a.example/' }),
      /notifyUrl must be an https URL/,
    ],
    [
      'a signature encoding',
      kopi({ signatureEncoding: 'percent' }),
      /signatureEncoding has no effect/,
    ],
    ['an OAuth client', kopi(oauth({ secretHashes: ['A'.repeat(43)] })), /clients\/0\/oauth\/0\//],
    [
      'a key',
      kopi({ keys: [{ version: 1, publicKey: 'none.pem' }] }),
      /keys\/0\/publicKey is the path of a file that does not exist/,
    ],
    [
      'a key of two parties',
      { ...kopi(), wallets: [walletEntry('w', 1)] },
      /is also a key of wallet w/,
    ],
    ['a text', kopi({ name: 'Kopi\u200bHouse' }), /clients\/0\/name contains U\+200B/],
    ['the texts of a scope', { scopes: [{ scope: 'OWN' }] }, /scopes\/0 needs texts in en/],
    ['a purpose', kopi({}, { purposes: { auth_base: { en: 'etc' } } }), /purposes\/auth_base/],
    [
      'names that look alike',
      { clients: [clientEntry('a', 1, { name: 'Kopi' }), clientEntry('b', 2, { name: 'KOPI' })] },
      /clients\/1\/name KOPI looks like Kopi/,
    ],
    ['an image', kopi({}, { icon: 'none.svg' }), /icon does not exist/],
  ])('is rejected for %s, with file and line', (_name, content, message) => {
    let text = ''
    try {
      read(content)
    } catch (error) {
      text = String(error)
    }
    expect(text).toMatch(/registry\.yaml:\d+:\d+ /)
    expect(text).toMatch(message)
  })

  it('reports every problem at once', () => {
    expect(() => read(kopi({ notifyUrl: 'x', redirectUris: ['x'] }, { icon: 'none.svg' }))).toThrow(
      /notifyUrl[\s\S]*icon|redirectUris[\s\S]*notifyUrl[\s\S]*icon/,
    )
  })

  it('may name what is elsewhere in the registry', () => {
    const { sections } = read({
      clients: [
        {
          clientId: 'other',
          miniPrograms: [miniProgramEntry('a', { scopes: ['ELSEWHERE'] })],
          oauth: [
            {
              clientId: 'web',
              appId: 'elsewhere',
              tokenEndpointAuthMethod: 'none',
              redirectUris: ['https://a.example/'],
              walletId: 'elsewhere',
            },
          ],
        },
      ],
      apis: [{ name: 'a', paths: ['/v1/own/a'], upstream: 'http://a', scopes: ['ELSEWHERE'] }],
    })
    expect(sections.clients).toHaveLength(1)
  })

  it('follows the settings of the node', () => {
    const content = kopi({ notifyUrl: 'http://127.0.0.1:1/' })
    expect(
      read(content, { notifications: { allowPrivateAddresses: true } }).sections.clients,
    ).toHaveLength(1)
  })

  it('normalizes texts, as they are signed', () => {
    const { sections } = read(kopi({ name: 'Cafe\u0301' }))
    expect(sections.clients[0]?.name).toBe('Caf\u00e9')
  })

  it('may be empty', () => {
    expect(read('{}').sections).toEqual({ wallets: [], clients: [] })
  })
})
