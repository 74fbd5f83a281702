/**
 * @module The checks of the sign-in of administrators in assent.yaml.
 */
import { generateKeyPairSync } from 'node:crypto'
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
  writeFileSync(join(folder, 'secret'), 'a secret\n')
  writeFileSync(join(folder, 'empty'), '\n')
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(join(folder, 'key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const OIDC = {
  issuer: 'https://id.wallet.example',
  clientId: 'assent',
  clientSecretFile: 'secret',
  roles: { admins: 'owner' },
}

/** @returns the problems of a section; an empty text when there are none */
function check(administrators: object): string {
  const path = join(folder, 'assent.yaml')
  writeFileSync(path, stringify({ ...testConfig(), administrators }))
  try {
    loadConfig(path)
    return ''
  } catch (error) {
    return String(error)
  }
}

describe('administrators', () => {
  const { clientSecretFile: _clientSecretFile, ...withoutSecret } = OIDC
  it.each([
    ['nothing, for passkeys alone', {}],
    ['shorter sessions', { sessionIdleMinutes: 5, sessionMaxHours: 1 }],
    ['a client secret', { oidc: OIDC }],
    ['a private key', { oidc: { ...withoutSecret, privateKeyFile: 'key.pem' } }],
    ['a provider of this machine', { oidc: { ...OIDC, issuer: 'http://localhost:8080/realms/a' } }],
  ])('accepts %s', (_title, section) => {
    expect(check(section)).toBe('')
  })

  it.each([
    ['longer idle sessions', { sessionIdleMinutes: 16 }, 'sessionIdleMinutes'],
    ['longer sessions', { sessionMaxHours: 9 }, 'sessionMaxHours'],
    ['an unknown role', { oidc: { ...OIDC, roles: { admins: 'root' } } }, 'roles'],
    ['a role of merchants', { oidc: { ...OIDC, roles: { devs: 'developer' } } }, 'roles'],
    ['no role', { oidc: { ...OIDC, roles: {} } }, 'roles'],
    ['http', { oidc: { ...OIDC, issuer: 'http://id.wallet.example' } }, 'must be an https URL'],
    ['no credential', { oidc: withoutSecret }, 'either clientSecretFile or privateKeyFile'],
    [
      'two credentials',
      { oidc: { ...OIDC, privateKeyFile: 'key.pem' } },
      'either clientSecretFile',
    ],
    ['a missing file', { oidc: { ...OIDC, clientSecretFile: 'none' } }, 'a readable file'],
    ['an empty file', { oidc: { ...OIDC, clientSecretFile: 'empty' } }, 'a readable file'],
    ['a file without a key', { oidc: { ...withoutSecret, privateKeyFile: 'secret' } }, 'as PEM'],
  ])('refuses %s', (_title, section, problem) => {
    expect(check(section)).toContain(problem)
  })
})
