/**
 * @module UserInfo: the data that the granted scopes permit, as claims of OpenID Connect where these exist.
 * @see [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { findOAuthClient } from '../../../engine/oauth-clients/clients.ts'
import { requireFirst } from '../../../engine/once.ts'
import { checkBearerToken } from '../../../engine/tokens/check.ts'
import { type Profile, readProfile } from '../../../engine/users/profile.ts'
import { readMinSequence } from '../../signed-messages/authenticate.ts'
import { JWT_TYPES, type OAuthOptions, requireOrigin } from '../context.ts'
import { OAuthError } from '../errors.ts'
import { bodyOf, readForm } from '../form-parameters.ts'
import { readAccessToken } from '../rfc9449-dpop.ts'

export async function readUserinfo(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object | FastifyReply> {
  const { ports, clock, jwtSigner } = options
  const presented = await readAccessToken(options, request, reply, tokenInBody(request))
  const now = clock()
  const token = await checkBearerToken(
    ports,
    { ...presented, minSequence: readMinSequence(request) },
    now,
  )
  await options.identify(request, token.client.clientId)
  const { binding } = token.claims
  const owner = binding && (await findOAuthClient(ports, binding.clientId))
  requireOrigin(request, owner ?? NO_CLIENT)
  await requireFirst(ports, presented.once)
  const claims = claimsOf(await readProfile(ports, token, now))
  const { clientId, userinfoSignedResponseAlg: algorithm } = owner?.client ?? {}
  if (algorithm === undefined) return claims
  const jwt = await jwtSigner.sign(JWT_TYPES.userinfo, { ...claims, aud: clientId }, algorithm)
  return reply.type('application/jwt').send(jwt)
}

/** The token of a form, which has no DPoP proof (RFC 6750 §2.2). @throws {OAuthError} `invalid_request` */
function tokenInBody(request: FastifyRequest): string | undefined {
  const token = readForm(bodyOf(request)).get('access_token')
  if (token !== undefined && request.headers.authorization !== undefined)
    throw new OAuthError(
      'invalid_request',
      'Send the access token once: in the Authorization header or as access_token of the form.',
    )
  return token
}

/** The merchant API issued the token. No page may have it. */
const NO_CLIENT = { client: { allowedOrigins: [] } }

/** Only claims that are permitted and known. */
export function claimsOf({ userInfo, verified }: Profile): object {
  const {
    userId,
    nickName,
    avatar,
    gender,
    birthDate,
    userName,
    address,
    contactInfos = [],
  } = userInfo
  const contact = (type: string): string | undefined =>
    contactInfos.find(({ contactType }) => contactType === type)?.contactNo
  const { nationality, status, loginIdInfos, extendInfo = {} } = userInfo
  return omitUndefined({
    sub: userId,
    nickname: nickName,
    picture: avatar,
    gender: gender?.toLowerCase(),
    birthdate: birthDate,
    name: userName?.fullName,
    given_name: userName?.firstName,
    middle_name: userName?.middleName,
    family_name: userName?.lastName,
    email: contact('EMAIL'),
    email_verified: verified.email,
    phone_number: contact('MOBILE_PHONE'),
    phone_number_verified: verified.mobilePhone,
    address: address === undefined ? undefined : { formatted: address },
    // Data without a claim of OpenID Connect has the names of the merchant API.
    nationality,
    status,
    loginIdInfos,
    ...extendInfo,
  })
}

function omitUndefined(claims: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}
