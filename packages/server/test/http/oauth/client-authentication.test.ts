/**
 * @module Client authentication: secrets, key sets and certificates.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authenticateClient } from '../../../src/http/oauth/client-authentication.ts'
import { readForm } from '../../../src/http/oauth/form-parameters.ts'
import { CERTIFICATE_HEADER, startOAuthServer, token } from '../../support/oauth.ts'
import type { TestServer } from '../../support/server.ts'

/** Self-signed certificates for these tests. In operation, the reverse proxy verifies certificates. */
const CERTIFICATES = JSON.parse(
  readFileSync(new URL('../../fixtures/certificates.json', import.meta.url), 'utf8'),
) as Readonly<Record<'right' | 'two' | 'other' | 'longer' | 'email' | 'inside', string>>

let server: TestServer
beforeAll(async () => {
  server = await startOAuthServer()
})
afterAll(() => server.close())

describe('a client secret', () => {
  const registered = ['hash of right', 'hash of the next one']

  /** @returns the hashes that were compared, and whether authentication succeeded */
  async function attempt(clientId: string, secret: string): Promise<[string[], boolean]> {
    const compared: string[] = []
    const client = {
      clientId,
      appId: 'a',
      tokenEndpointAuth: { method: 'client_secret_post', secretHashes: registered },
    }
    const miniProgram = { appId: 'a', clientId: 'merchant', active: true }
    const options = {
      identify: async () => {},
      recordFailure: async () => false,
      ports: {
        registry: {
          findOAuthClient: (id: string) => (id === 'known' ? client : undefined),
          findMiniProgram: () => miniProgram,
          findClient: () => ({ active: true }),
        },
      },
      hashSecret: (text: string) => `hash of ${text}`,
      isSameText(one: string, other: string) {
        compared.push(other)
        return one === other
      },
    }
    const form = readForm(`client_id=${clientId}&client_secret=${secret}`)
    const isAuthenticated = await authenticateClient(
      options as never,
      { headers: {} } as never,
      form,
    ).then(
      () => true,
      () => false,
    )
    return [compared, isAuthenticated]
  }

  it('is hashed and compared even for an unknown client', async () => {
    expect(await attempt('unknown', 'x')).toEqual([['hash of x'], false])
  })

  it('is compared with every valid hash, whichever matches', async () => {
    for (const secret of ['right', 'the next one'])
      expect(await attempt('known', secret)).toEqual([Array(2).fill(`hash of ${secret}`), true])
    expect(await attempt('known', 'wrong')).toEqual([Array(2).fill('hash of wrong'), false])
  })
})

describe('a client certificate', () => {
  const certificate = (name: keyof typeof CERTIFICATES): string =>
    encodeURIComponent(CERTIFICATES[name])
  const requestToken = (value?: string, form: Record<string, string> = {}) =>
    token(
      server,
      { grant_type: 'client_credentials', client_id: 'tls', ...form },
      value === undefined ? {} : { [CERTIFICATE_HEADER]: value },
    )

  it('authenticates the client by its DNS name', async () => {
    expect((await requestToken(certificate('right'))).status).toBe(200)
    expect((await requestToken(certificate('two'))).status).toBe(200)
  })

  it.each<[string, () => string | undefined, Record<string, string>]>([
    ['that is missing', () => undefined, {}],
    ['of another name', () => certificate('other'), {}],
    ['of a longer name', () => certificate('longer'), {}],
    ['with the name as an email address', () => certificate('email'), {}],
    ['with the name inside another', () => certificate('inside'), {}],
    ['that is malformed', () => 'x', {}],
    ['with an invalid percent-encoding', () => '%zz', {}],
    ['for another client', () => certificate('right'), { client_id: 'spa' }],
  ])('%s does not authenticate the client', async (_name, value, form) => {
    const reply = await requestToken(value(), form)
    expect(reply.json['error']).toBe('invalid_client')
    expect(reply.status).toBe(401)
  })
})
