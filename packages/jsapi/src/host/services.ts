/**
 * @module What a wallet's web host brings: calls to its own back end, which forwards them to Assent, and its screens.
 */
import type {
  AuthErrorScopes,
  ConsultRequest,
  JsapiCause,
  WalletApi,
  WalletFailure,
  WalletOperation,
  WalletReply,
} from '@assent/protocol'

/** A reply of Assent's wallet API as the wallet's back end passes it on, if it likes with Assent's `trace-id`. */
export type Relayed<O extends WalletOperation> = WalletReply<O> & { readonly traceId?: string }

/** Every method rejects when the wallet's own back end cannot be reached. The user is the one who is logged in there. */
export interface HostServices {
  consult(request: Omit<ConsultRequest, 'userId'>): Promise<Relayed<'consult'>>
  complete(request: {
    readonly consentRequestId: string
    readonly pageInstance?: string
  }): Promise<Relayed<'complete'>>
  profile(request: { readonly appId: string }): Promise<Relayed<'profile'>>
  settings(request: { readonly appId: string }): Promise<Relayed<'settings'>>
  grants(request: { readonly appId: string }): Promise<Relayed<'grants'>>
  revoke(request: {
    readonly appId: string
    readonly scopes: readonly string[]
  }): Promise<Relayed<'revoke'>>
  /** Shows the consent page; resolves when it is answered, closed, or `signal` aborts. See `openSheet`. */
  showSheet(consentUrl: string, signal: AbortSignal): Promise<void>
  /** Shows the wallet's page of what this mini program may do; resolves when it is left. */
  showSettings(appId: string): Promise<void>
}

/** Why a call failed, on its way to the page. */
export class HostFailure extends Error {
  override readonly name = 'HostFailure'
  readonly jsapiCause: JsapiCause
  readonly authErrorScopes: AuthErrorScopes
  readonly traceId: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(
    jsapiCause: JsapiCause,
    more: {
      authErrorScopes?: AuthErrorScopes | undefined
      traceId?: string | undefined
      retryAfterSeconds?: number | undefined
    } = {},
  ) {
    super(jsapiCause)
    this.jsapiCause = jsapiCause
    this.authErrorScopes = more.authErrorScopes ?? {}
    this.traceId = more.traceId
    this.retryAfterSeconds = more.retryAfterSeconds
  }
}

/** Result codes of the wallet API → causes of the JSAPI. What is not here is nothing that a page can do about. */
const CAUSES: Readonly<Record<string, JsapiCause>> = {
  PARAM_ILLEGAL: 'PARAM_INVALID',
  NOT_PERMITTED: 'NOT_PERMITTED',
  USER_UNKNOWN: 'NOT_PERMITTED',
  USER_NOT_ACTIVE: 'NOT_PERMITTED',
  SCOPE_NOT_APPROVED: 'SCOPE_NOT_APPROVED',
  FIRST_SCREEN: 'FIRST_SCREEN',
  DEEP_LINK: 'DEEP_LINK',
  NO_USER_GESTURE: 'NO_USER_GESTURE',
  CONSENT_ALREADY_OPEN: 'CONSENT_ALREADY_OPEN',
  DECLINED_RECENTLY: 'DECLINED_RECENTLY',
  DECLINED_REPEATEDLY: 'DECLINED_REPEATEDLY',
  NOT_A_TESTER: 'NOT_A_TESTER',
  GUARDIAN_PENDING: 'GUARDIAN_PENDING',
  PAGE_GONE: 'PAGE_GONE',
  NOT_VISIBLE: 'NOT_VISIBLE',
  CONSENT_REQUEST_EXPIRED: 'DISMISSED',
  CONSENT_REQUEST_USED: 'DISMISSED',
}

/** The data of a successful reply. @throws {HostFailure} */
export async function done<O extends WalletOperation>(
  reply: Promise<Relayed<O>>,
): Promise<WalletApi[O]['reply'] & { readonly traceId?: string }> {
  const received = await reply.catch(() => {
    throw new HostFailure('NETWORK')
  })
  if (received.result.resultStatus === 'S') return received as WalletApi[O]['reply']
  const { result, authErrorScopes, traceId, retryAfterSeconds } = received as WalletFailure & {
    readonly traceId?: string
  }
  throw new HostFailure(CAUSES[result.resultCode] ?? 'INTERNAL', {
    authErrorScopes,
    traceId,
    retryAfterSeconds,
  })
}
