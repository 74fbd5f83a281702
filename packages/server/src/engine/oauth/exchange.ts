/**
 * @module Token exchange: a client makes a narrower and shorter token of one that it was given, for another service to be called with.
 * @see [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693.html)
 */
import { checkClaims } from '../check.ts'
import type { AccessTokenClaims, Ports } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import type { OAuthParty } from './clients.ts'
import { chooseResources, chooseScopes, type OAuthProof } from './terms.ts'

/** Long enough for the calls of one request, short enough to be worth nothing to who finds it. */
export const EXCHANGED_TOKEN_SECONDS = 300

export type ExchangedToken = {
  readonly claims: AccessTokenClaims
  readonly scopes: readonly string[]
  readonly subject: string
}

/**
 * The child has the parent's grant, epoch and authorization: whatever ends the parent ends it too.
 * @throws {Refusal} `ACCESS_TOKEN_INVALID`, `ACCESS_TOKEN_EXPIRED`, `SCOPE_TOO_WIDE`, `TARGET_INVALID`
 */
export async function exchangeAccessToken(
  ports: Pick<Ports, 'registry' | 'credentials' | 'store' | 'standings'>,
  { owner, client }: OAuthParty,
  proof: OAuthProof & { readonly accessToken: string },
  now: number,
): Promise<ExchangedToken> {
  const parent = ports.credentials.openAccessToken(proof.accessToken)
  // A bound token is exchanged by who has its key.
  const isOwn =
    parent?.terms?.clientId === client.clientId &&
    (parent.terms.jkt === undefined || parent.terms.jkt === proof.jkt)
  if (!parent || !isOwn) throw new Refusal('ACCESS_TOKEN_INVALID')
  const { grant, scopes: live } = await checkClaims(ports, parent, owner, now)
  return narrow(ports, { parent, live, subject: grant.subject, proof }, now)
}

/** @throws {Refusal} `SCOPE_TOO_WIDE`, `TARGET_INVALID` */
export async function narrow(
  { store }: Pick<Ports, 'store'>,
  {
    parent,
    live,
    subject,
    proof,
  }: {
    readonly parent: AccessTokenClaims
    readonly live: readonly string[]
    readonly subject: string
    readonly proof: OAuthProof
  },
  now: number,
): Promise<ExchangedToken> {
  const scopes = chooseScopes(proof, live)
  const resources = chooseResources(proof, parent.terms?.resources)
  return {
    scopes,
    subject,
    claims: {
      ...parent,
      scopeSet: await store.internScopeSet(scopes),
      issuedAt: now,
      expiresAt: Math.min(parent.expiresAt, now + EXCHANGED_TOKEN_SECONDS),
      terms: {
        clientId: proof.client.clientId,
        ...(proof.jkt !== undefined && { jkt: proof.jkt }),
        ...(resources && { resources }),
      },
    },
  }
}
