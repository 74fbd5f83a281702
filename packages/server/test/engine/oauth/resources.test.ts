/**
 * @module Resource indicators as clients write them, and the audience of a token.
 */
import { describe, expect, it } from 'vitest'
import {
  chooseResources,
  findResource,
  PLATFORM,
  resolveResources,
} from '../../../src/engine/oauth/resources.ts'

const ISSUER = 'https://assent.example'
const API = 'https://api.example/v1'
const FILES = 'https://files.example/'
const CLIENT = { resources: [API, FILES] }
const INVALID_TARGET = expect.objectContaining({ code: 'INVALID_TARGET' })

describe(resolveResources, () => {
  it.each([
    [[API], [API]],
    [['https://api.example/v1/'], [API]],
    [['HTTPS://API.EXAMPLE:443/v1'], [API]],
    [['https://api.example/x/../v1'], [API]],
    [['https://files.example'], [FILES]],
    [
      [API, FILES, `${API}/`],
      [API, FILES],
    ],
    [[ISSUER], [PLATFORM]],
    [[`${ISSUER}/`], [PLATFORM]],
    [['https://ASSENT.example:443/oauth2/userinfo'], [PLATFORM]],
    [
      [`${ISSUER}/`, FILES],
      [PLATFORM, FILES],
    ],
  ])('%j are %j', (uris, expected) => {
    expect(resolveResources(CLIENT, ISSUER, uris)).toEqual(expected)
  })

  it.each([
    'https://api.example/v2',
    'https://api.example/V1',
    'https://api.example/v1/orders',
    'http://api.example/v1',
    'https://api.example:8443/v1',
    `${API}#x`,
    `${API}?x`,
    'https://assent.example.evil.example/',
    'https://assent.example:8443/',
    `${ISSUER}/#x`,
    PLATFORM,
    'x',
  ])('%s is not a resource of the client', (uri) => {
    expect(() => resolveResources(CLIENT, ISSUER, [uri])).toThrow(INVALID_TARGET)
  })
})

it('prefers the same spelling when two resources differ by a slash only', () => {
  const list = ['https://a.example/x', 'https://a.example/x/']
  expect(list.map((one) => findResource(list, one))).toEqual(list)
})

describe(chooseResources, () => {
  it.each([
    ['those that are requested', [API], [API, FILES], [API]],
    ['all others that are granted', undefined, [API, FILES], [API, FILES]],
    ['others before this server', undefined, [PLATFORM, API], [API]],
    ['this server when it is requested', [PLATFORM], [PLATFORM, API], undefined],
    ['this server without a grant of others', undefined, undefined, undefined],
    ['this server by name', [PLATFORM], undefined, undefined],
  ])('chooses %s', (_name, requested, granted, chosen) => {
    expect(chooseResources(requested, granted)).toEqual(chosen)
  })

  it.each([
    ['one that is not granted', [FILES], [API]],
    ['any when only this server is granted', [API], undefined],
    ['this server when only others are granted', [PLATFORM], [API]],
    ['this server together with others', [PLATFORM, API], [PLATFORM, API]],
  ])('rejects %s', (_name, requested, granted) => {
    expect(() => chooseResources(requested, granted)).toThrow(INVALID_TARGET)
  })
})
