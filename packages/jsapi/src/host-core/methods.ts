/**
 * @module The methods of the bridge. Each acts for the mini program that the port belongs to. The table is an allow-list:
 * pages cannot call a method that is not in it.
 *
 * @see docs/mini-programs.md
 */
import {
  type BridgeMethod,
  type BridgeTimeouts,
  type ConsentRequiredReply,
  type GrantedReply,
  isScopeName,
  parseScopes,
  type ScopesInput,
  type WalletOperation,
} from '@assent/protocol'
import { HostError } from './host-error.ts'
import type { PromptLock } from './prompt-lock.ts'
import type { ForwardedReply, HostServices } from './services.ts'
import { settleWithin } from './time-limit.ts'
import type { Observation, UserPresence } from './user-presence.ts'
import { orNetworkError, type SuccessfulReply, toCompletionError, unwrap } from './wallet-reply.ts'

export type MethodContext = {
  readonly appId: string
  readonly services: HostServices
  readonly timeouts: BridgeTimeouts
  readonly userPresence: UserPresence
  /** Aborts when the page is gone. */
  readonly signal: AbortSignal
  readonly prompts: PromptLock
  /** Runs `work` after that of the page's earlier calls. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>
  /** Tells the page that it waits for the user now. */
  readonly announceUserTurn: () => void
}

type Params = Readonly<Record<string, unknown>>

export const METHODS: Readonly<
  Record<BridgeMethod, (context: MethodContext, params: Params) => Promise<object>>
> = {
  getAuthCode,
  getOpenUserInfo,
  getSetting,
  openSetting,
  async getGrants(context) {
    const { appId, services } = context
    const { grants } = await callBackEnd(context, 'grants', services.grants({ appId }))
    const scopes = grants.flatMap((grant) => grant.scopes)
    return { scopes: scopes.map(({ scope, grantedAt }) => ({ scope, grantedAt })) }
  },
  async revokeScopes(context, { scopes }) {
    if (!Array.isArray(scopes) || scopes.length === 0 || !scopes.every(isScopeName)) {
      throw new HostError('PARAM_INVALID')
    }
    const { appId, services } = context
    await callBackEnd(context, 'revoke', services.revoke({ appId, scopes }))
    return {}
  },
}

/** The reply of the wallet's back end. @throws {HostError} `NETWORK`, `TIMEOUT`, `PAGE_GONE` */
function receive<O extends WalletOperation>(
  { signal, timeouts }: MethodContext,
  operation: O,
  reply: Promise<ForwardedReply<O>>,
): Promise<ForwardedReply<O>> {
  return settleWithin(orNetworkError(reply), {
    milliseconds: timeouts.backEnd,
    signal,
    waitsFor: `${operation}() of the wallet's services`,
  })
}

/** The data of a successful reply of the wallet's back end. @throws {HostError} as {@link receive}, and the cause of a failed reply */
async function callBackEnd<O extends WalletOperation>(
  context: MethodContext,
  operation: O,
  reply: Promise<ForwardedReply<O>>,
): Promise<SuccessfulReply<O>> {
  return unwrap<O>(await receive(context, operation, reply))
}

async function getAuthCode(context: MethodContext, params: Params): Promise<object> {
  const { state, ...query } = readAuthCodeParams(params)
  const observation = await context.userPresence.observe()
  if (context.signal.aborted) throw new HostError('PAGE_GONE')
  const send = () => consult(context, query, observation)
  // In turn: a tap permits one prompt, and the next call must know whether this one has used the tap.
  const consulted = await (observation.hasGesture() ? context.inTurn(send) : send())
  const granted =
    consulted.status === 'GRANTED' ? consulted : await requestConsent(context, consulted)
  const { authCode, authSuccessScopes, authErrorScopes } = granted
  return { authCode, authSuccessScopes, authErrorScopes, ...(state !== undefined && { state }) }
}

type PagePrompt = ConsentRequiredReply & { readonly pageInstance: string | undefined }

async function consult(
  context: MethodContext,
  query: Omit<AuthCodeParams, 'state'>,
  observation: Observation,
): Promise<GrantedReply | PagePrompt> {
  const { appId, services } = context
  const hostContext = observation.context()
  const { pageInstance } = hostContext
  const reply = services.consult({ appId, ...query, context: hostContext })
  try {
    const consulted = await callBackEnd(context, 'consult', reply)
    // REDIRECT occurs only for `authRequest`, which a page cannot pass.
    if (consulted.status !== 'CONSENT_REQUIRED') return consulted as GrantedReply
    observation.consumeGesture()
    return { ...consulted, pageInstance }
  } catch (error) {
    // Ends a consent request that no prompt will show, even if its reply comes later: it would block the next one.
    reply
      .then((late) => {
        if ('status' in late && late.status === 'CONSENT_REQUIRED')
          endConsentRequest(context, { ...late, pageInstance })
      })
      .catch(() => {})
    throw isOwnPromptOpen(context, error) ? new HostError('CONSENT_ALREADY_OPEN') : error
  }
}

/** The open prompt has used the tap, so the missing tap is not the reason that helps the page. */
function isOwnPromptOpen({ appId, prompts }: MethodContext, error: unknown): boolean {
  return (
    error instanceof HostError && error.jsapiCause === 'NO_USER_GESTURE' && prompts.isOpenFor(appId)
  )
}

async function requestConsent(context: MethodContext, prompt: PagePrompt): Promise<GrantedReply> {
  const { appId, services, signal, timeouts } = context
  context.announceUserTurn()
  try {
    await context.prompts.show({
      appId,
      pageSignal: signal,
      milliseconds: timeouts.userDecision,
      show: (promptSignal) => services.showSheet(prompt.consentUrl, promptSignal),
    })
  } catch (error) {
    endConsentRequest(context, prompt)
    throw error
  }
  const completion = await callBackEnd(context, 'complete', complete(context, prompt))
  if (completion.status === 'GRANTED') return completion
  throw toCompletionError(completion)
}

async function complete(
  { services }: MethodContext,
  { consentRequestId, pageInstance }: PagePrompt,
): Promise<ForwardedReply<'complete'>> {
  return services.complete({
    consentRequestId,
    ...(pageInstance !== undefined && { pageInstance }),
  })
}

/** The page has been told that its call failed, so nobody may decide any more. The failure does not wait for this. */
function endConsentRequest(context: MethodContext, prompt: PagePrompt): void {
  complete(context, prompt).catch(() => {})
}

type AuthCodeParams = {
  readonly scopes: ScopesInput
  readonly state?: string
  readonly nonce?: string
  readonly codeChallenge?: string
}

function readAuthCodeParams(params: Params): AuthCodeParams {
  const { scopes, state, nonce, codeChallenge } = params
  const isValid =
    parseScopes(scopes) !== undefined &&
    [state, nonce, codeChallenge].every((one) => one === undefined || typeof one === 'string')
  if (!isValid) throw new HostError('PARAM_INVALID')
  return {
    scopes: scopes as ScopesInput,
    ...(typeof state === 'string' && { state }),
    ...(typeof nonce === 'string' && { nonce }),
    ...(typeof codeChallenge === 'string' && { codeChallenge }),
  }
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
async function getOpenUserInfo(context: MethodContext): Promise<{ response: string }> {
  const { appId, services } = context
  const reply = await receive(context, 'profile', services.profile({ appId }))
  if (reply.result.resultCode === 'ACCESS_DENIED') {
    const response = { code: '40006', msg: 'Business Failed', ...EMPTY_USER_INFO }
    return { response: JSON.stringify({ response }) }
  }
  const { profile } = unwrap<'profile'>(reply)
  return { response: JSON.stringify({ response: profile }) }
}

async function getSetting(context: MethodContext): Promise<object> {
  const { appId, services } = context
  const { authSetting } = await callBackEnd(context, 'settings', services.settings({ appId }))
  return { authSetting }
}

async function openSetting(context: MethodContext): Promise<object> {
  const { appId, services, signal, timeouts } = context
  context.announceUserTurn()
  await settleWithin(services.showSettings(appId), {
    milliseconds: timeouts.userDecision,
    signal,
    waitsFor: "showSettings() of the wallet's services",
  })
  return getSetting(context)
}
