/**
 * @module User info: what the granted scopes open, in the words of OpenID Connect where it has them.
 * @see [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)
 */
import type { UserInfo } from '@assent/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { checkBearerToken } from '../../engine/tokens/check.ts'
import { readProfile } from '../../engine/users/profile.ts'
import { readMinSequence } from '../signed-messages/authenticate.ts'
import type { OAuthOptions } from './context.ts'
import { OAuthError } from './errors.ts'
import { readAccessToken } from './rfc9449-dpop.ts'

export async function readUserinfo(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const { ports, clock } = options
  const shown = await readAccessToken(options, request, reply)
  const now = clock()
  const token = await checkBearerToken(
    ports,
    { ...shown, minSequence: readMinSequence(request) },
    now,
  )
  requirePageOf(options, request, token.claims.binding?.clientId)
  const { userInfo } = await readProfile(ports, token, now)
  return claimsOf(userInfo)
}

/** A page reads with the tokens of its own client only. */
function requirePageOf(
  { ports: { registry } }: OAuthOptions,
  { headers: { origin } }: FastifyRequest,
  clientId: string | undefined,
): void {
  if (origin === undefined) return
  if (!registry.oauthClients.get(clientId ?? '')?.allowedOrigins.includes(origin))
    throw new OAuthError(
      'unauthorized_client',
      'This page is not registered for the client of this token.',
      { status: 403 },
    )
}

/** Each only when it is open and known. */
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
  return defined({
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
    // What OpenID Connect has no word for is called as in the signed OpenAPI.
    nationality,
    status,
    loginIdInfos,
    ...extendInfo,
  })
}

function defined(claims: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}
