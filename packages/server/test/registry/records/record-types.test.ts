/**
 * @module What each kind of record is: documents match their schemas, and point to what they name.
 */
import { createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { Errors } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sections } from '../../../src/config/sections.ts'
import type { RecordDocument, RecordKind } from '../../../src/engine/store/registry.ts'
import { recordsOf } from '../../../src/registry/records/declared-records.ts'
import { thumbprintOf } from '../../../src/registry/records/public-keys.ts'
import {
  describeRecord,
  recordTypeOf,
  referencesOf,
} from '../../../src/registry/records/record-types.ts'
import {
  clientEntry,
  miniProgramEntry,
  openRegistry,
  publicKey,
  SVG,
  sectionsArbitrary,
  sha256,
  walletEntry,
} from '../../support/registry-sections.ts'

let opened: Awaited<ReturnType<typeof openRegistry>>
beforeAll(async () => {
  opened = await openRegistry()
})
afterAll(() => opened.remove())

function documentOf(sections: Partial<Sections>, kind: RecordKind): RecordDocument {
  const records = recordsOf({ wallets: [], clients: [], ...sections }, opened.folder, opened.store)
  return records.get(kind)?.[0]?.read() ?? {}
}

const JWK = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }

/** Each reference as `rule name value`. Readings of names are left out. */
const textsOf = (kind: RecordKind, document: RecordDocument): readonly string[] =>
  referencesOf({ kind, id: 'c' }, document)
    .filter(({ name }) => name !== 'nameReading')
    .map(({ rule = 'lookup', name, value }) => `${rule} ${name} ${value}`)

const thumbprintOfTestKey = (index: number): string => {
  const key = Buffer.from(publicKey(index), 'base64')
  const jwk = createPublicKey({ key, format: 'der', type: 'spki' }).export({ format: 'jwk' })
  return thumbprintOf(jwk)
}

describe('a record', () => {
  it('has a document that matches the schema of its kind, and the id that the document has', () => {
    fc.assert(
      fc.property(sectionsArbitrary, (sections) => {
        for (const [kind, records] of recordsOf(sections, opened.folder, opened.store))
          for (const { id, read } of records) {
            const { schema = {}, idMember = '' } = recordTypeOf(kind) ?? {}
            expect([...Errors(schema, read())], kind).toEqual([])
            if (idMember !== '') expect(read()[idMember]).toBe(id)
          }
      }),
      { numRuns: 20 },
    )
  })

  it('names keys as RFC 7638 does', () => {
    // The key of RFC 8037, appendix A.3.
    expect(thumbprintOf(JWK)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  })

  it.each<[string, RecordKind, () => Partial<Sections>, () => readonly string[]]>([
    [
      'a wallet claims its keys, and points to its logo',
      'wallet',
      () => ({ wallets: [walletEntry('w', 1, { theme: { logo: 'icon.svg' } })] }),
      () => [`unique key ${thumbprintOfTestKey(1)}`, `exists image ${sha256(SVG)}`],
    ],
    [
      'an API claims its routes, and points to its scopes',
      'api',
      () => ({
        apis: [
          {
            name: 'a',
            method: 'GET',
            paths: ['/v1/own/{a}', '/v1/own/{b}'],
            upstream: 'http://a',
            scopes: ['OWN', 'auth_user'],
          },
        ],
      }),
      () => ['exists scope OWN', 'lookup scope auth_user', 'unique route GET /v1/own/{}'],
    ],
    [
      'a client claims its keys, each once',
      'client',
      () => ({
        clients: [
          clientEntry('c', 1, {
            keys: [1, 2].map((version) => ({ version, publicKey: publicKey(1) })),
          }),
        ],
      }),
      () => [`unique key ${thumbprintOfTestKey(1)}`],
    ],
    [
      'a mini program points to its client, icon and scopes',
      'miniProgram',
      () => ({
        clients: [
          clientEntry('c', 1, {
            miniPrograms: [
              miniProgramEntry('a', { icon: 'icon.svg', scopes: ['OWN', 'auth_user'] }),
            ],
          }),
        ],
      }),
      () => [
        'exists client c',
        `exists image ${sha256(SVG)}`,
        'exists scope OWN',
        'lookup scope auth_user',
      ],
    ],
    [
      'an OAuth client points to its merchant, mini program and wallet, and is found by keys and origins',
      'oauthClient',
      () => ({
        clients: [
          clientEntry('c', 1, {
            oauth: [
              {
                clientId: 'o',
                appId: 'a',
                tokenEndpointAuthMethod: 'private_key_jwt',
                jwks: [JWK],
                walletId: 'w',
                allowedOrigins: ['https://a.example'],
              },
            ],
          }),
        ],
      }),
      () => [
        'exists client c',
        'exists miniProgram a',
        'exists wallet w',
        `lookup key ${thumbprintOf(JWK)}`,
        'lookup origin https://a.example',
      ],
    ],
  ])('%s', (_name, kind, sections, expected) => {
    expect(textsOf(kind, documentOf(sections(), kind))).toEqual(expected())
  })

  it('of a client points to its organization', () => {
    const document = {
      ...documentOf({ clients: [clientEntry('c', 1)] }, 'client'),
      organization: 'o',
    }
    expect(textsOf('client', document)).toContain('exists organization o')
    expect([...Errors(recordTypeOf('client')?.schema ?? {}, document)]).toEqual([])
  })

  it('is found by every name that looks like its own', () => {
    const readings = (name: string): readonly string[] =>
      referencesOf({ kind: 'client', id: 'c' }, { ...clientEntry('c', 1, { name }), keys: [] }).map(
        ({ value }) => value,
      )
    const own = readings('Café Kopi')
    for (const alike of ['CAFE KOPI', 'cafe-kopi', 'Саfе Kopi'])
      expect(
        readings(alike).filter((one) => own.includes(one)),
        alike,
      ).not.toEqual([])
    expect(readings('Teh Tarik').filter((one) => own.includes(one))).toEqual([])
  })

  it('is called by its kind and id in messages', () => {
    expect(describeRecord({ kind: 'miniProgram', id: 'kopi' })).toBe('mini program kopi')
    expect(describeRecord({ kind: 'member', id: 'ana' })).toBe('member ana')
  })
})
