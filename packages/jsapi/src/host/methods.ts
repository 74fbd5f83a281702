/**
 * @module The methods of the bridge. Each acts for the mini program that the port belongs to. The table is an allow-list:
 * pages cannot call a method that is not in it.
 *
 * @see docs/mini-programs.md
 */
import {
  type BridgeMethod,
  type ConsentRequiredReply,
  type GrantedReply,
  isScopeName,
  parseScopes,
  type ScopesInput,
} from '@assent/protocol'
import { HostError } from './host-error.ts'
import type { HostServices } from './services.ts'
import type { UserPresence } from './user-presence.ts'
import { toCompletionError, unwrap } from './wallet-reply.ts'

export type MethodContext = {
  readonly appId: string
  readonly services: HostServices
  readonly userPresence: UserPresence
  /** Aborts when the page is unloaded. */
  readonly signal: AbortSignal
  /** Runs `show` unless a consent prompt is open. @throws {HostError} `CONSENT_ALREADY_OPEN` */
  readonly showExclusively: (show: () => Promise<void>) => Promise<void>
}

type Params = Readonly<Record<string, unknown>>

export const METHODS: Readonly<
  Record<BridgeMethod, (context: MethodContext, params: Params) => Promise<object>>
> = {
  getAuthCode,
  getOpenUserInfo,
  getSetting,
  async openSetting(context) {
    await context.services.showSettings(context.appId)
    return getSetting(context)
  },
  async getGrants({ appId, services }) {
    const { grants } = await unwrap<'grants'>(services.grants({ appId }))
    const scopes = grants.flatMap((grant) => grant.scopes)
    return { scopes: scopes.map(({ scope, grantedAt }) => ({ scope, grantedAt })) }
  },
  async revokeScopes({ appId, services }, { scopes }) {
    if (!Array.isArray(scopes) || scopes.length === 0 || !scopes.every(isScopeName)) {
      throw new HostError('PARAM_INVALID')
    }
    await unwrap<'revoke'>(services.revoke({ appId, scopes }))
    return {}
  },
}

async function getAuthCode(context: MethodContext, params: Params): Promise<object> {
  const { appId, services, userPresence } = context
  const presence = userPresence.context()
  const calledAt = Date.now()
  const { scopes, state, nonce, codeChallenge } = readAuthCodeParams(params)
  // REDIRECT occurs only for `authRequest`, which a page cannot pass.
  const consulted = (await unwrap<'consult'>(
    services.consult({
      appId,
      scopes: scopes as ScopesInput,
      context: presence,
      ...(nonce !== undefined && { nonce }),
      ...(codeChallenge !== undefined && { codeChallenge }),
    }),
  )) as GrantedReply | ConsentRequiredReply
  const consumeGesture = () => userPresence.consumeGesture(presence, calledAt)
  const granted =
    consulted.status === 'GRANTED'
      ? consulted
      : await requestConsent(context, consulted, consumeGesture, presence.pageInstance)
  const { authCode, authSuccessScopes, authErrorScopes } = granted
  return { authCode, authSuccessScopes, authErrorScopes, ...(state !== undefined && { state }) }
}

async function requestConsent(
  { services, signal, showExclusively }: MethodContext,
  { consentRequestId, consentUrl }: ConsentRequiredReply,
  consumeGesture: () => void,
  pageInstance: string | undefined,
): Promise<GrantedReply> {
  const complete = () =>
    services.complete({ consentRequestId, ...(pageInstance !== undefined && { pageInstance }) })
  try {
    await showExclusively(() => {
      consumeGesture()
      return services.showSheet(consentUrl, signal)
    })
  } catch (error) {
    // Ends the consent request, so that it cannot be decided after the page has been told that it failed.
    await complete().catch(() => undefined)
    throw error
  }
  const completion = await unwrap<'complete'>(complete())
  if (completion.status === 'GRANTED') return completion
  throw toCompletionError(completion)
}

function readAuthCodeParams(params: Params): {
  readonly scopes: unknown
  readonly state: string | undefined
  readonly nonce: string | undefined
  readonly codeChallenge: string | undefined
} {
  const { scopes, state, nonce, codeChallenge } = params
  const isOptionalString = (value: unknown): value is string | undefined =>
    value === undefined || typeof value === 'string'
  const isValid =
    parseScopes(scopes) !== undefined &&
    isOptionalString(state) &&
    isOptionalString(nonce) &&
    isOptionalString(codeChallenge)
  if (!isValid) throw new HostError('PARAM_INVALID')
  return { scopes, state, nonce, codeChallenge }
}

const EMPTY_USER_INFO = {
  avatar: '',
  nickName: '',
  gender: '',
  countryCode: '',
  province: '',
  city: '',
}

/** The platform family returns JSON text in `response`. A missing grant is a success there, with `code` 40006. */
async function getOpenUserInfo({ appId, services }: MethodContext): Promise<{ response: string }> {
  const reply = await services.profile({ appId }).catch(() => {
    throw new HostError('NETWORK')
  })
  if (reply.result.resultCode === 'ACCESS_DENIED') {
    const response = { code: '40006', msg: 'Business Failed', ...EMPTY_USER_INFO }
    return { response: JSON.stringify({ response }) }
  }
  const { profile } = await unwrap<'profile'>(Promise.resolve(reply))
  return { response: JSON.stringify({ response: profile }) }
}

async function getSetting({ appId, services }: MethodContext): Promise<object> {
  const { authSetting } = await unwrap<'settings'>(services.settings({ appId }))
  return { authSetting }
}
