/**
 * @module A server with clients of the FAPI 2.0 profiles, and the relying parties that use them.
 */
import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'vitest'
import type { ClientProfile } from '../../src/engine/registry.ts'
import {
  type FormReply,
  generateSigningKey,
  REDIRECT_URI,
  type SigningKey,
  startOAuthServer,
} from '../support/oauth.ts'
import { createRelyingParty, type RelyingParty } from '../support/relying-party.ts'
import { APP_ID, type RawReply, type TestServer } from '../support/server.ts'

/** The parties of a plan. */
export type Parties = {
  readonly server: TestServer
  readonly first: RelyingParty
  readonly second: RelyingParty
  /** Has an RSA key for PS256. */
  readonly rsa: RelyingParty
  readonly firstKey: SigningKey
  readonly secondKey: SigningKey
  readonly dpopKey: SigningKey
  readonly otherDpopKey: SigningKey
}

/** A module of the suite: it fails if the server does not do what the module demands. */
export type Modules = Readonly<Record<string, (parties: Parties) => Promise<void>>>

/** @param scope without `openid`, the plan is the one for plain OAuth */
export async function startParties(profile: ClientProfile, scope: string): Promise<Parties> {
  const [firstKey, secondKey] = [generateSigningKey('first'), generateSigningKey('second')]
  const rsaKey = generateRsaKey('rsa')
  const keys = { first: firstKey, second: secondKey, rsa: rsaKey }
  const server = await startOAuthServer((config) => ({
    ...config,
    clients: config.clients.map((client, index) =>
      index > 0
        ? client
        : {
            ...client,
            oauth: Object.entries(keys).map(([clientId, { jwk }]) => ({
              clientId,
              appId: APP_ID,
              profile,
              tokenEndpointAuthMethod: 'private_key_jwt' as const,
              redirectUris: [REDIRECT_URI],
              jwks: [jwk],
            })),
          },
    ),
  }))
  const [dpopKey, otherDpopKey] = [generateSigningKey('dpop'), generateSigningKey('dpop-2')]
  const signsRequests = profile === 'fapi2-message-signing'
  const party = (clientId: string, key: SigningKey, algorithm = 'ES256'): RelyingParty =>
    createRelyingParty(server, { clientId, key, algorithm, dpopKey, signsRequests, scope })
  return {
    server,
    first: party('first', firstKey),
    second: party('second', secondKey),
    rsa: party('rsa', rsaKey, 'PS256'),
    firstKey,
    secondKey,
    dpopKey,
    otherDpopKey,
  }
}

function generateRsaKey(kid: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'PS256' } }
}

/** Expects an error response with one of these codes. */
export function expectError(reply: FormReply, ...errors: readonly string[]): void {
  expect(errors, reply.body).toContain(reply.json['error'])
  expect([400, 401]).toContain(reply.status)
}

/** Expects that a redirect to the client, or a page, says no. */
export function expectRefused(reply: RawReply, ...errors: readonly string[]): void {
  const location = reply.headers['location']
  if (reply.status === 400) {
    expect(location).toBeUndefined()
    return
  }
  expect(reply.status).toBe(303)
  const redirect = new URL(String(location))
  expect(redirect.href).toMatch(/^https:\/\/kopi\.example\//)
  expect(errors).toContain(redirect.searchParams.get('error'))
}

/** Signs the user in and redeems the code. */
export async function tokensOf(
  party: RelyingParty,
  more: Readonly<Record<string, string>> = {},
): Promise<FormReply['json']> {
  const { status, json, body } = await party.redeem(await party.login(more))
  expect(status, body).toBe(200)
  return json
}
