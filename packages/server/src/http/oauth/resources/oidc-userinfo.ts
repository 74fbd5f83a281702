/**
 * @module UserInfo: the data that the granted scopes permit, as claims of OpenID Connect where these exist.
 * @see [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)
 */
import type { UserInfo } from '@assent/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { findOAuthClient } from '../../../engine/oauth/clients.ts'
import { requireFirst } from '../../../engine/once.ts'
import { checkBearerToken } from '../../../engine/tokens/check.ts'
import { readProfile } from '../../../engine/users/profile.ts'
import { readMinSequence } from '../../signed-messages/authenticate.ts'
import { type OAuthOptions, requireOrigin } from '../context.ts'
import { readAccessToken } from '../rfc9449-dpop.ts'

export async function readUserinfo(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const { ports, clock } = options
  const presented = await readAccessToken(options, request, reply)
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
  const { userInfo } = await readProfile(ports, token, now)
  return claimsOf(userInfo)
}

/** The merchant API issued the token. No page may have it. */
const NO_CLIENT = { client: { allowedOrigins: [] } }

/** Only claims that are permitted and known. */
export function claimsOf(userInfo: UserInfo): object {
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
    phone_number: contact('MOBILE_PHONE'),
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
