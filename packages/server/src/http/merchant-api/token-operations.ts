/**
 * @module Operations that issue, use and revoke the tokens of a user.
 * @see [applyToken](../../../../../docs/merchant-api.md#applytoken),
 * [inquiryUserInfo](../../../../../docs/merchant-api.md#inquiryuserinfo),
 * [cancelToken and query](../../../../../docs/merchant-api.md#canceltoken-and-query)
 */
import { formatTime, GRANT_TYPES, type GrantType, type Tokens } from '@assent/protocol'
import { AssentError } from '../../engine/errors.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { checkAccessToken } from '../../engine/tokens/check.ts'
import {
  type IssuedTokens,
  type Reference,
  requireReference,
} from '../../engine/tokens/issue-tokens.ts'
import { queryToken } from '../../engine/tokens/query.ts'
import { redeemCode } from '../../engine/tokens/redeem.ts'
import { refreshTokens } from '../../engine/tokens/refresh.ts'
import { cancelToken } from '../../engine/tokens/revoke.ts'
import { listAccessLog } from '../../engine/users/access-log.ts'
import { type Profile, permitsUserInfo, readProfile } from '../../engine/users/profile.ts'
import { invalidParameter } from '../request-schema.ts'
import type { MerchantCall, Operations } from './call.ts'
import { topLevelLoginId, toWireUserInfo } from './replies.ts'
import type { MerchantApiRequests, ReferenceFields } from './requests.ts'

const DEFAULT_ACCESS_LOG_ENTRIES = 100

export function createTokenOperations(
  ports: Ports,
): Omit<Operations, 'prepare' | 'events' | 'pollEvents' | 'acknowledgeDeletion'> {
  return {
    async applyToken(call) {
      const issued = await issue(ports, call, call.request)
      return toTokens(issued, await loginIdOf(ports, call, issued))
    },
    async applyTokenAndInquiryUserInfo(call) {
      const { request } = call
      const { accessToken } = request
      if (accessToken !== undefined) {
        const profile = await inquire(ports, call, { ...request, accessToken })
        return { userInfo: toWireUserInfo(profile.userInfo, call.dialect) }
      }
      const grantType = request.grantType ?? impliedGrantType(request)
      const issued = await issue(ports, call, { ...request, grantType })
      // The code is used up: the tokens must be returned even if the user's data cannot be read.
      if (!permitsUserInfo(ports.registry, issued.scopes)) return toTokens(issued)
      const profile = await readProfile(ports, issued, call.now).catch(() => undefined)
      return {
        ...toTokens(issued),
        ...(profile && { userInfo: toWireUserInfo(profile.userInfo, call.dialect) }),
      }
    },
    async inquiryUserInfo(call) {
      const profile = await inquire(ports, call, call.request)
      const userInfo = toWireUserInfo(profile.userInfo, call.dialect)
      return { userInfo, userId: userInfo.userId, ...topLevelLoginId(profile, call.dialect) }
    },
    async cancelToken(call) {
      const input = { client: call.client, ...call.request }
      call.revoked(await cancelToken(ports, input, call.now))
      return {}
    },
    async query({ client, request: { accessToken }, now }) {
      const queried = await queryToken(ports, { client, accessToken }, now)
      return {
        accessToken,
        accessTokenExpiryTime: formatTime(queried.accessTokenExpiresAt),
        refreshToken: queried.refreshToken,
        refreshTokenExpiryTime: formatTime(queried.refreshTokenExpiresAt),
        tokenStatusType: queried.status,
      }
    },
    async accessLog({ client, request, minSequence, now }) {
      const { accessToken, limit = DEFAULT_ACCESS_LOG_ENTRIES } = request
      const { grant } = await checkAccessToken(ports, { client, accessToken, minSequence }, now)
      return { accessLog: await listAccessLog(ports, grant, { before: now + 1, limit }) }
    },
  }
}

function issue(
  ports: Ports,
  { client, once, now }: MerchantCall,
  request: MerchantApiRequests['applyToken'],
): Promise<IssuedTokens> {
  const reference = referenceOf(request)
  switch (grantTypeOf(request.grantType)) {
    case 'AUTHORIZATION_CODE': {
      const verifier = request.codeVerifier ?? request.nonce
      const code = requireField(request.authCode, 'authCode')
      const input = {
        client,
        code,
        reference,
        once: once(),
        ...(verifier !== undefined && { verifier }),
      }
      return redeemCode(ports, input, now)
    }
    case 'REFRESH_TOKEN': {
      const refreshToken = requireField(request.refreshToken, 'refreshToken')
      return refreshTokens(ports, { client, refreshToken, reference, once: once() }, now)
    }
  }
}

/** Case-insensitive, because one app of the family sends lower case. @throws {AssentError} `GRANT_TYPE_UNSUPPORTED` */
function grantTypeOf(text: string): GrantType {
  const grantType = GRANT_TYPES.find((known) => known === text.toUpperCase())
  if (!grantType) throw new AssentError('GRANT_TYPE_UNSUPPORTED')
  return grantType
}

function impliedGrantType(request: { readonly authCode?: string }): GrantType {
  return request.authCode === undefined ? 'REFRESH_TOKEN' : 'AUTHORIZATION_CODE'
}

function requireField(value: string | undefined, name: string): string {
  if (value === undefined) throw invalidParameter(name)
  return value
}

function referenceOf(request: ReferenceFields): Reference {
  const asText = (value: string | number | undefined): string | undefined =>
    value === undefined ? undefined : String(value)
  return {
    appId: request.appId,
    referenceClientId: asText(request.referenceClientId),
    authClientId: asText(request.authClientId),
    customerBelongsTo: request.customerBelongsTo,
  }
}

async function inquire(
  ports: Ports,
  { client, minSequence, now }: MerchantCall,
  request: ReferenceFields & { readonly accessToken: string },
): Promise<Profile> {
  const { accessToken } = request
  const checked = await checkAccessToken(ports, { client, accessToken, minSequence }, now)
  requireReference(ports.registry, checked.grant, client, referenceOf(request))
  return readProfile(ports, checked, now)
}

function toTokens(issued: IssuedTokens, userLoginId?: string): Tokens {
  return {
    accessToken: issued.accessToken,
    accessTokenExpiryTime: formatTime(issued.accessTokenExpiresAt),
    refreshToken: issued.refreshToken,
    refreshTokenExpiryTime: formatTime(issued.refreshTokenExpiresAt),
    customerId: issued.grant.subject,
    scope: issued.scopes.join(' '),
    ...(userLoginId !== undefined && { userLoginId }),
  }
}

/** AMS clients get the masked login id with the tokens if the scopes permit it. The tokens are returned even if it cannot be read. */
async function loginIdOf(
  ports: Ports,
  { dialect, now }: MerchantCall,
  issued: IssuedTokens,
): Promise<string | undefined> {
  if (!dialect.loginIdAtTopLevel || !permitsUserInfo(ports.registry, issued.scopes))
    return undefined
  const profile = await readProfile(ports, issued, now).catch(() => undefined)
  return profile?.userLoginId
}
