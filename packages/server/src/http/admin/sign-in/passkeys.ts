/**
 * @module Passkeys: discoverable credentials that verify their user. This server is the relying party; its id is its host name.
 * @see [Web Authentication Level 3](https://www.w3.org/TR/webauthn-3/)
 */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { AdminError } from '../../../engine/admin/admin-error.ts'
import type { AdminPasskey } from '../../../engine/store/admin-sign-in.ts'

/** Its decoders of attestations are large, and most nodes never need them. */
const library = () => import('@simplewebauthn/server')

/** The relying party of a server. */
const relyingPartyOf = (issuer: string): string => new URL(issuer).hostname

/** Options for `navigator.credentials.create()`. */
export async function creationOptions(
  issuer: string,
  { memberId, name, challenge }: { memberId: string; name: string; challenge: string },
): Promise<object> {
  const { generateRegistrationOptions } = await library()
  return generateRegistrationOptions({
    rpName: 'Assent administration',
    rpID: relyingPartyOf(issuer),
    userID: Buffer.from(memberId),
    userName: name,
    userDisplayName: name,
    challenge: Buffer.from(challenge, 'base64url'),
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
}

/** Options for `navigator.credentials.get()`. They name no credentials: the person chooses one of this server. */
export async function requestOptions(issuer: string, challenge: string): Promise<object> {
  const { generateAuthenticationOptions } = await library()
  return generateAuthenticationOptions({
    rpID: relyingPartyOf(issuer),
    challenge: Buffer.from(challenge, 'base64url'),
    userVerification: 'required',
  })
}

/** @throws {AdminError} `invalid` for a response that does not fit the options */
export async function verifyRegistration(
  issuer: string,
  response: unknown,
  { memberId, challenge }: { readonly memberId: string; readonly challenge: string },
  now: number,
): Promise<AdminPasskey> {
  const { verifyRegistrationResponse } = await library()
  const { registrationInfo } = await verifyRegistrationResponse({
    response: response as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: issuer,
    expectedRPID: relyingPartyOf(issuer),
    requireUserVerification: true,
  }).catch(rejectResponse)
  if (!registrationInfo) return rejectResponse()
  const { id, publicKey, counter } = registrationInfo.credential
  return {
    credentialId: id,
    memberId,
    publicKey: Buffer.from(publicKey).toString('base64url'),
    counter,
    createdAt: now,
  }
}

/**
 * @returns the passkey with its new counter
 * @throws {AdminError} `invalid` for a response that the passkey has not signed for this challenge, or with an old counter
 */
export async function verifyAuthentication(
  issuer: string,
  response: unknown,
  passkey: AdminPasskey,
  challenge: string,
): Promise<AdminPasskey> {
  const { verifyAuthenticationResponse } = await library()
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: response as AuthenticationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: issuer,
    expectedRPID: relyingPartyOf(issuer),
    requireUserVerification: true,
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
      counter: passkey.counter,
    },
  }).catch(rejectResponse)
  return verified ? { ...passkey, counter: authenticationInfo.newCounter } : rejectResponse()
}

/** The library throws for whatever does not fit; its messages are for developers. */
function rejectResponse(cause?: unknown): never {
  throw new AdminError('invalid', 'The passkey was not accepted. Try again.', { cause })
}
