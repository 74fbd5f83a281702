/**
 * @module Access tokens of service accounts, by the client credentials grant.
 */
import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { serviceAccountUpdate } from '../../src/engine/admin/records.ts'
import type { Role } from '../../src/engine/admin/roles.ts'
import type { AdminServer } from './admin-server.ts'

/** Creates a service account with a role. @returns a token of it */
export async function serviceToken(
  { write, origin, server }: Pick<AdminServer, 'write' | 'origin' | 'server'>,
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
  await write(serviceAccountUpdate(id, account, 0))
  const { now } = server.clock
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(origin)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(privateKey)
  const reply = await fetch(`${origin}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  })
  return ((await reply.json()) as { access_token: string }).access_token
}
