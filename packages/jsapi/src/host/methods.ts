/**
 * @module The methods of the bridge, each for the mini program that the port belongs to. This table is the allow-list:
 * what is not in it cannot be called (requirement R005).
 */
import {
  type AuthCodeSuccess,
  type BridgeMethod,
  type ConsentRequiredReply,
  type GrantedReply,
  isScopeName,
  parseScopes,
  type ScopesInput,
} from '@assent/protocol'
import type { Presence } from './presence.ts'
import { done, HostFailure, type HostServices } from './services.ts'

export type MethodCall = {
  readonly appId: string
  readonly services: HostServices
  readonly presence: Presence
  /** Aborts when the page is gone. */
  readonly signal: AbortSignal
  /** Runs while a sheet is open; there is one at a time. @throws {HostFailure} `CONSENT_ALREADY_OPEN` */
  readonly exclusively: (show: () => Promise<void>) => Promise<void>
}

type Params = Readonly<Record<string, unknown>>

export const METHODS: Readonly<
  Record<BridgeMethod, (call: MethodCall, params: Params) => Promise<object>>
> = {
  getAuthCode,
  getOpenUserInfo,
  getSetting,
  async openSetting(call) {
    await call.services.showSettings(call.appId)
    return getSetting(call)
  },
  async getGrants({ appId, services }) {
    const { grants } = await done<'grants'>(services.grants({ appId }))
    const scopes = grants.flatMap((grant) => grant.scopes)
    return { scopes: scopes.map(({ scope, grantedAt }) => ({ scope, grantedAt })) }
  },
  async revokeScopes({ appId, services }, { scopes }) {
    if (!Array.isArray(scopes) || scopes.length === 0 || !scopes.every(isScopeName)) {
      throw new HostFailure('PARAM_INVALID')
    }
    await done<'revoke'>(services.revoke({ appId, scopes }))
    return {}
  },
}

async function getAuthCode(call: MethodCall, params: Params): Promise<AuthCodeSuccess> {
  const { appId, services, presence } = call
  const context = presence.context()
  const { pageInstance } = context
  const askedAt = Date.now()
  const { scopes, state, nonce, codeChallenge } = readAuthCodeParams(params)
  // Only what came through a browser is sent back to where it came from, and a page's question did not.
  const consulted = (await done<'consult'>(
    services.consult({
      appId,
      scopes: scopes as ScopesInput,
      context,
      ...(nonce !== undefined && { nonce }),
      ...(codeChallenge !== undefined && { codeChallenge }),
    }),
  )) as GrantedReply | ConsentRequiredReply
  const granted =
    consulted.status === 'GRANTED'
      ? consulted
      : await askUser(call, consulted, () => presence.takeGesture(context, askedAt), pageInstance)
  const { authCode, authSuccessScopes, authErrorScopes } = granted
  return { authCode, authSuccessScopes, authErrorScopes, ...(state !== undefined && { state }) }
}

async function askUser(
  { services, signal, exclusively }: MethodCall,
  { consentRequestId, consentUrl }: ConsentRequiredReply,
  takeGesture: () => void,
  pageInstance: string | undefined,
): Promise<GrantedReply> {
  // Also when nothing was shown or the page is gone: it ends the request, so that nothing can be decided behind the user's back.
  const complete = () =>
    services.complete({ consentRequestId, ...(pageInstance !== undefined && { pageInstance }) })
  try {
    await exclusively(() => {
      takeGesture()
      return services.showSheet(consentUrl, signal)
    })
  } catch (error) {
    await complete().catch(() => undefined)
    throw error
  }
  const completed = await done<'complete'>(complete())
  if (completed.status === 'GRANTED') return completed
  // Nobody else decides in this frame.
  if (completed.status === 'APPROVED_BY_GUARDIAN') throw new HostFailure('INTERNAL')
  const { authErrorScopes, traceId } = completed
  throw new HostFailure(completed.status === 'DECLINED' ? 'USER_DECLINED' : 'DISMISSED', {
    authErrorScopes,
    traceId,
  })
}

function readAuthCodeParams(params: Params): {
  readonly scopes: unknown
  readonly state: string | undefined
  readonly nonce: string | undefined
  readonly codeChallenge: string | undefined
} {
  const { scopes, state, nonce, codeChallenge } = params
  const isText = (value: unknown): value is string | undefined =>
    value === undefined || typeof value === 'string'
  const isValid =
    parseScopes(scopes) !== undefined && isText(state) && isText(nonce) && isText(codeChallenge)
  if (!isValid) throw new HostFailure('PARAM_INVALID')
  return { scopes, state, nonce, codeChallenge }
}

const NO_USER_INFO = {
  avatar: '',
  nickName: '',
  gender: '',
  countryCode: '',
  province: '',
  city: '',
}

/** JSON text in JSON: that is how the family does it. Without the permission its `code` says so (contract: jsapi §2). */
async function getOpenUserInfo({ appId, services }: MethodCall): Promise<{ response: string }> {
  const reply = await services.profile({ appId }).catch(() => {
    throw new HostFailure('NETWORK')
  })
  if (reply.result.resultCode === 'ACCESS_DENIED') {
    return {
      response: JSON.stringify({
        response: { code: '40006', msg: 'Business Failed', ...NO_USER_INFO },
      }),
    }
  }
  const { profile } = await done<'profile'>(Promise.resolve(reply))
  return { response: JSON.stringify({ response: profile }) }
}

async function getSetting({ appId, services }: MethodCall): Promise<object> {
  const { authSetting } = await done<'settings'>(services.settings({ appId }))
  return { authSetting }
}
