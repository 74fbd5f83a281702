/**
 * @module The lookups of a registry whose records are in memory.
 */
import { expect, it } from 'vitest'
import { registryOfRecords } from '../../src/config/registry-of-records.ts'
import { identityOfKey } from '../../src/engine/key-strength.ts'
import { OAUTH_CLIENT, REGISTRY } from '../support/engine.ts'
import { clientOf, miniProgramOf } from '../support/registry.ts'

const KEY = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }
const OTHER_KEY = { ...KEY, x: 'other' }
const [shop, other] = [clientOf('shop', 1), clientOf('other', 2)]
const [app, second, foreign] = [
  miniProgramOf('app', 'shop', []),
  miniProgramOf('second', 'shop', []),
  miniProgramOf('foreign', 'other', []),
]
const web = { ...OAUTH_CLIENT, clientId: 'web', appId: 'app', jwks: [KEY] }
const spa = {
  ...OAUTH_CLIENT,
  clientId: 'spa',
  appId: 'foreign',
  allowedOrigins: ['https://spa.example'],
}
const registry = registryOfRecords(REGISTRY, {
  clients: [shop, { ...other, name: 'Kopi Kita' }],
  miniPrograms: [app, second, { ...foreign, name: 'Ceylon Tea' }],
  oauthClients: [web, spa],
})

it.each([
  ['a client', registry.findClient('shop'), shop],
  ['no client', registry.findClient('nobody'), undefined],
  ['a client by its number', registry.findClientByNumber(1), shop],
  ['no client by its number', registry.findClientByNumber(9), undefined],
  ['a mini program', registry.findMiniProgram('second'), second],
  ['no mini program', registry.findMiniProgram('shop'), undefined],
  ['an OAuth client', registry.findOAuthClient('web'), web],
  ['no OAuth client', registry.findOAuthClient('app'), undefined],
  ['a page origin', registry.hasPageOrigin('https://spa.example'), true],
  ['no page origin', registry.hasPageOrigin('https://spa.example:8443'), false],
])('finds %s at once', (_title, found, expected) => {
  expect(found).toBe(expected)
})

it.each([
  ['the mini programs of a client', registry.listMiniPrograms('shop'), ['app', 'second']],
  ['no mini programs of an unknown client', registry.listMiniPrograms('app'), []],
  ['the OAuth clients of a mini program', registry.listOAuthClients('app'), ['web']],
  ['the holders of a key', registry.listOAuthClientsByKey(identityOfKey(KEY)), ['web']],
  ['no holders of another key', registry.listOAuthClientsByKey(identityOfKey(OTHER_KEY)), []],
  ['clients with a similar name', registry.listNamesLike('Kopi-kita'), ['other']],
  ['mini programs with a similar name', registry.listNamesLike('CEYL0N TEA'), ['foreign']],
  ['nobody with another name', registry.listNamesLike('Nasi Padang'), []],
])('lists %s', async (_title, list, expected) => {
  const ids = (await list).map((one) => ('appId' in one && one !== web ? one.appId : one.clientId))
  expect(ids).toEqual(expected)
})
