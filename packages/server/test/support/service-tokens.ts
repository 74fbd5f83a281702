/**
 * @module Access tokens of service accounts, by the client credentials grant.
 */
import { type KeyObject, randomUUID } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { serviceAccountUpdate } from '../../src/engine/admin/records.ts'
import type { Role } from '../../src/engine/admin/roles.ts'
import type { AdminServer } from './admin-server.ts'

/** Creates a service account with a role. @returns a token of it */
export async function serviceToken(
  api: Pick<AdminServer, 'write' | 'origin' | 'server'>,
  { role, organization }: { readonly role: Role; readonly organization: string },
  id: string = `sa_${organization}_${role}`,
): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const account = {
    organization,
    name: 'Test',
    roles: [role],
    state: 'active',
    jwks: [(await exportJWK(publicKey)) as never],
  } as const
  await api.write(serviceAccountUpdate(id, account, 0))
  const reply = await requestServiceToken(api, id, privateKey, 'ES256')
  return ((await reply.json()) as { access_token: string }).access_token
}

/** Asks for a token of a service account. @param key the account's private key */
export async function requestServiceToken(
  { origin, server }: Pick<AdminServer, 'origin' | 'server'>,
  id: string,
  key: CryptoKey | KeyObject,
  alg: 'ES256' | 'PS256',
): Promise<Response> {
  const { now } = server.clock
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(origin)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(key)
  return fetch(`${origin}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  })
}
