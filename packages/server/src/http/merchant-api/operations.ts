/**
 * @module The operations of the OpenAPI: each reads its request, calls the engine, and writes its reply.
 */
import {
  type Dialect,
  formatTime,
  GRANT_TYPES,
  type GrantType,
  type MerchantApiReplies,
  type Notification,
  type Operation,
  parseScopes,
  type Tokens,
  type UserInfo,
} from '@assent/protocol'
import { prepareAuthRequest } from '../../engine/consent/prepare.ts'
import { AssentError } from '../../engine/errors.ts'
import { notificationOf } from '../../engine/events.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { Client } from '../../engine/registry.ts'
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
import type { SignedRequest } from '../signed-message.ts'
import type { JsonObject } from '../strict-json.ts'
import {
  type ApplyTokenRequest,
  accessLogRequest,
  accessTokenRequest,
  acknowledgeDeletionRequest,
  applyTokenAndInquiryUserInfoRequest,
  applyTokenRequest,
  eventsRequest,
  pollEventsRequest,
  prepareRequest,
  type ReferenceFields,
} from './requests.ts'

export type Call = {
  readonly client: Client
  readonly dialect: Dialect
  readonly body: JsonObject
  readonly now: number
} & Pick<SignedRequest, 'minSequence' | 'revoked'>

/** Where a user answers a prepared request; `undefined` when no such wallet takes any. */
export type AuthUrl = (
  authRequest: string,
  customerBelongsTo: string | undefined,
) => string | undefined

const DEFAULT_EVENTS = 100
const DEFAULT_ACCESS_LOG_ENTRIES = 100

type Operations = { readonly [O in Operation]: (call: Call) => Promise<MerchantApiReplies[O]> }

/** As a Security Event Token. */
export type SignEvent = (notification: Notification) => Promise<string>

export function createOperations(ports: Ports, authUrl: AuthUrl, signEvent: SignEvent): Operations {
  return {
    async applyToken(call) {
      const issued = await issue(ports, call, applyTokenRequest(call.body))
      return tokensOf(issued, await loginIdOf(ports, call, issued))
    },
    async applyTokenAndInquiryUserInfo(call) {
      const request = applyTokenAndInquiryUserInfoRequest(call.body)
      if (request.accessToken !== undefined) {
        const profile = await inquire(ports, call, {
          ...request,
          accessToken: request.accessToken,
        })
        return { userInfo: spell(profile.userInfo, call.dialect) }
      }
      const grantType = request.grantType ?? impliedGrantType(request)
      const issued = await issue(ports, call, { ...request, grantType })
      // The code is spent: whatever becomes of the user's data, the tokens have to arrive.
      if (!permitsUserInfo(ports.registry, issued.scopes)) return tokensOf(issued)
      const profile = await readProfile(ports, issued, call.now).catch(() => undefined)
      return {
        ...tokensOf(issued),
        ...(profile && { userInfo: spell(profile.userInfo, call.dialect) }),
      }
    },
    async inquiryUserInfo(call) {
      const profile = await inquire(ports, call, accessTokenRequest(call.body))
      const userInfo = spell(profile.userInfo, call.dialect)
      return { userInfo, userId: userInfo.userId, ...topLevelLoginId(profile, call.dialect) }
    },
    async cancelToken(call) {
      const input = { client: call.client, ...accessTokenRequest(call.body) }
      call.revoked(await cancelToken(ports, input, call.now))
      return {}
    },
    async query(call) {
      const { accessToken } = accessTokenRequest(call.body)
      const queried = await queryToken(ports, { client: call.client, accessToken }, call.now)
      return {
        accessToken,
        accessTokenExpiryTime: formatTime(queried.accessTokenExpiresAt),
        refreshToken: queried.refreshToken,
        refreshTokenExpiryTime: formatTime(queried.refreshTokenExpiresAt),
        tokenStatusType: queried.status,
      }
    },
    async prepare({ client, body, now }) {
      const request = prepareRequest(body)
      const scopes = parseScopes(request.scopes)
      if (!scopes) throw new AssentError('PARAM_ILLEGAL', { detail: 'See: scopes.' })
      const authRequest = prepareAuthRequest(
        ports,
        {
          client,
          scopes,
          appId: request.appId,
          redirectUri: request.authRedirectUrl,
          state: request.authState,
        },
        now,
      )
      const url = authUrl(authRequest, request.customerBelongsTo)
      if (url === undefined) throw new AssentError('NO_AUTHORIZE_URL')
      return { authUrl: url }
    },
    async events({ client, body }) {
      const { cursor, limit = DEFAULT_EVENTS } = eventsRequest(body)
      const listed = await ports.store.listEvents(client.number, cursor, limit)
      return {
        events: listed.events.map((event) => notificationOf(event, client)),
        cursor: listed.cursor,
      }
    },
    async pollEvents({ client, body }) {
      const { ack = [], maxEvents = DEFAULT_EVENTS } = pollEventsRequest(body)
      if (ack.length > 0) await ports.store.acknowledgeEvents(client.number, ack)
      const held = await ports.store.listPollableEvents(client.number, maxEvents + 1)
      const sets = await Promise.all(
        held.slice(0, maxEvents).map(async (event) => {
          const notification = notificationOf(event, client)
          return [notification.eventId, await signEvent(notification)] as const
        }),
      )
      return { sets: Object.fromEntries(sets), moreAvailable: held.length > maxEvents }
    },
    async accessLog({ client, body, minSequence, now }) {
      const { accessToken, limit = DEFAULT_ACCESS_LOG_ENTRIES } = accessLogRequest(body)
      const { grant } = await checkAccessToken(ports, { client, accessToken, minSequence }, now)
      return { accessLog: await listAccessLog(ports, grant, { before: now + 1, limit }) }
    },
    async acknowledgeDeletion({ client, body, now }) {
      const { userId } = acknowledgeDeletionRequest(body)
      if (!(await ports.store.acknowledgeDeletion(client.number, userId, now)))
        throw new AssentError('UNKNOWN_USER_ID')
      return {}
    },
  }
}

function issue(
  ports: Ports,
  { client, now }: Call,
  request: ApplyTokenRequest,
): Promise<IssuedTokens> {
  const reference = referenceOf(request)
  switch (grantTypeOf(request.grantType)) {
    case 'AUTHORIZATION_CODE': {
      const verifier = request.codeVerifier ?? request.nonce
      const code = required(request.authCode, 'authCode')
      const input = { client, code, reference, ...(verifier !== undefined && { verifier }) }
      return redeemCode(ports, input, now)
    }
    case 'REFRESH_TOKEN': {
      const refreshToken = required(request.refreshToken, 'refreshToken')
      return refreshTokens(ports, { client, refreshToken, reference }, now)
    }
  }
}

/** In any case: one app of the family sends lower case. @throws {AssentError} `GRANT_TYPE_UNSUPPORTED` */
function grantTypeOf(text: string): GrantType {
  const grantType = GRANT_TYPES.find((known) => known === text.toUpperCase())
  if (!grantType) throw new AssentError('GRANT_TYPE_UNSUPPORTED')
  return grantType
}

function impliedGrantType(request: { readonly authCode?: string }): GrantType {
  return request.authCode === undefined ? 'REFRESH_TOKEN' : 'AUTHORIZATION_CODE'
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new AssentError('PARAM_ILLEGAL', { detail: `See: ${name}.` })
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
  { client, minSequence, now }: Call,
  request: ReferenceFields & { readonly accessToken: string },
): Promise<Profile> {
  const { accessToken } = request
  const checked = await checkAccessToken(ports, { client, accessToken, minSequence }, now)
  requireReference(ports.registry, checked.grant, client, referenceOf(request))
  return readProfile(ports, checked, now)
}

function tokensOf(issued: IssuedTokens, userLoginId?: string): Tokens {
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

/** AMS clients get the masked login id with the tokens, when the scopes open it. Its absence is no reason to fail. */
async function loginIdOf(
  ports: Ports,
  { dialect, now }: Call,
  issued: IssuedTokens,
): Promise<string | undefined> {
  if (!dialect.loginIdAtTopLevel || !permitsUserInfo(ports.registry, issued.scopes))
    return undefined
  const profile = await readProfile(ports, issued, now).catch(() => undefined)
  return profile?.userLoginId
}

function topLevelLoginId(
  { userLoginId, hashUserLoginId }: Profile,
  { loginIdAtTopLevel }: Dialect,
): Omit<Profile, 'userInfo'> {
  if (!loginIdAtTopLevel) return {}
  return {
    ...(userLoginId !== undefined && { userLoginId }),
    ...(hashUserLoginId !== undefined && { hashUserLoginId }),
  }
}

function spell({ birthDate, ...userInfo }: UserInfo, { birthDateNames }: Dialect): UserInfo {
  if (birthDate === undefined) return userInfo
  return { ...userInfo, ...Object.fromEntries(birthDateNames.map((name) => [name, birthDate])) }
}
