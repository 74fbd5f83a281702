/**
 * @module Request schemas of the wallet API, by operation.
 * @see [Wallet API](../../../../../docs/wallets.md#wallet-api)
 */
import { CONSENT_DURATIONS, isScopeName, LIMITS, type WalletOperation } from '@assent/protocol'
import Type from 'typebox'
import { MAX_AUTH_REQUEST_LENGTH } from '../../engine/oauth/authorize.ts'
import { credential, invalidParameter, requestOf, text } from '../request-schema.ts'
import { oneOf } from '../schema-parts.ts'
import { scopesInput } from '../scopes-input.ts'

/** More than any prompt has: scope names are limited by their common length. */
const MAX_SCOPES = 1024
const MAX_ENTRIES = 1000
const S256_CHALLENGE = '^[A-Za-z0-9_-]{43}$'

const userIdOf = (whose: string) => text(128, `Your id of ${whose}.`)
const userId = userIdOf('the user')
const appId = text(LIMITS.appId, 'The mini program.')
const onlyApp = Type.Optional(text(LIMITS.appId, 'Only this mini program.'))
const authRequest = text(
  MAX_AUTH_REQUEST_LENGTH,
  'A prepared or pushed authorization request, from the URL of your `authorizeUrl`.',
)
const consentRequestId = credential('From `consult` or `openGuardianRequest`.')
const pageInstance = Type.Optional(
  text(128, 'Needed if `consult` named one: the page that made the call.'),
)
const localeOf = (what: string) => Type.Optional(text(256, `The language of ${what}, BCP 47.`))
const limitOf = (what: string) =>
  Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_ENTRIES, description: `${what}Default: 100.` }),
  )
const appRequest = requestOf(Type.Object({ userId, appId }, { title: 'AppRequest' }))

/** What the host observed. A missing member has its most restrictive value. */
const HostContextSchema = Type.Object(
  {
    firstScreen: Type.Optional(
      Type.Boolean({
        description: 'The user has not acted on the first screen yet. Default: true.',
      }),
    ),
    deepLink: Type.Optional(
      Type.Boolean({
        description: 'The user came by a link and has not acted yet. Default: false.',
      }),
    ),
    visible: Type.Optional(
      Type.Boolean({
        description: 'The page is in the foreground and not covered. Default: false.',
      }),
    ),
    userGestureAgeMilliseconds: Type.Optional(
      Type.Number({
        minimum: 0,
        description:
          'The age of the last tap when the page called, by a monotonic clock. At most 5000 permits a prompt.',
      }),
    ),
    userGestureAt: Type.Optional(
      text(64, "The time of that tap by the phone's clock, RFC 3339. Ignored beside the age."),
    ),
    pageInstance: Type.Optional(
      text(128, 'The page that made the call. Only this page gets the code.'),
    ),
    locale: Type.Optional(
      text(
        256,
        "The language of the prompt, BCP 47. Default: the user's in the directory, or English.",
      ),
    ),
    authenticatedAt: Type.Optional(
      text(64, 'When you last authenticated the user, by the clock of your back end, RFC 3339.'),
    ),
    acr: Type.Optional(
      text(128, 'How you authenticated the user, as the `acr` of OpenID Connect.'),
    ),
  },
  {
    title: 'HostContext',
    description:
      'What your host observed. Without it, no prompt is shown. A missing member has its most restrictive value.',
  },
)

export const WALLET_API_REQUESTS = {
  consult: requestOf(
    Type.Object(
      {
        userId,
        appId: Type.Optional(
          text(
            LIMITS.appId,
            'The mini program, as your host knows it, never as the page says. Needed unless `authRequest` is sent.',
          ),
        ),
        scopes: Type.Optional(scopesInput('Default: `auth_base`.')),
        authRequest: Type.Optional(authRequest),
        nonce: Type.Optional(
          text(
            128,
            'Binds the code: the merchant must send the same nonce. Not beside `codeChallenge`.',
          ),
        ),
        codeChallenge: Type.Optional(
          Type.String({
            pattern: S256_CHALLENGE,
            description: 'Binds the code to a verifier: S256 of RFC 7636.',
          }),
        ),
        context: Type.Optional(HostContextSchema),
      },
      {
        title: 'ConsultRequest',
        description: 'With either `appId` and `scopes`, or `authRequest`.',
      },
    ),
  ),
  reject: requestOf(
    Type.Object(
      {
        authRequest,
        reason: Type.Optional(
          oneOf(['access_denied', 'login_required'], 'Default: `access_denied`.'),
        ),
      },
      { title: 'RejectRequest' },
    ),
  ),
  decide: requestOf(
    Type.Object(
      {
        consentRequestId,
        userId: userIdOf('the user who decided'),
        sheetHash: text(128, 'The hash of the sheet that you showed.'),
        granted: Type.Array(Type.String(), {
          maxItems: MAX_SCOPES,
          description: 'The scopes that the user allowed. Empty: the user denied.',
        }),
        lifetime: Type.Optional(
          oneOf(CONSENT_DURATIONS, 'One of the `lifetimes` of the sheet. Default: its `lifetime`.'),
        ),
        pageInstance,
      },
      { title: 'DecideRequest' },
    ),
  ),
  complete: requestOf(
    Type.Object(
      {
        consentRequestId,
        userId: userIdOf("the same user; for a guardian's decision of the guardian"),
        pageInstance,
      },
      { title: 'CompleteRequest' },
    ),
  ),
  grants: requestOf(
    Type.Object(
      {
        userId,
        appId: onlyApp,
        locale: localeOf('`title` and `description`'),
      },
      { title: 'GrantsRequest' },
    ),
  ),
  revoke: requestOf(
    Type.Object(
      {
        userId,
        appId,
        scopes: Type.Optional(
          Type.Array(Type.String(), {
            maxItems: MAX_SCOPES,
            description: 'Only these scopes. Default: the whole grant.',
          }),
        ),
      },
      { title: 'RevokeRequest' },
    ),
  ),
  profile: appRequest,
  settings: appRequest,
  accessLog: requestOf(
    Type.Object(
      {
        userId,
        appId: onlyApp,
        before: Type.Optional(text(64, 'Only earlier entries, RFC 3339. Default: now.')),
        limit: limitOf('Entries per mini program. '),
      },
      { title: 'AccessLogOfUserRequest' },
    ),
  ),
  receipts: requestOf(
    Type.Object({ userId, appId: onlyApp, limit: limitOf('') }, { title: 'ReceiptsRequest' }),
  ),
  clearDenials: appRequest,
  createPrivacyLink: requestOf(
    Type.Object(
      {
        userId,
        locale: localeOf('the page. Default: that of the browser'),
        timeZone: Type.Optional(
          text(64, 'An IANA time zone such as `Asia/Manila`. Default: that of the browser.'),
        ),
      },
      { title: 'CreatePrivacyLinkRequest' },
    ),
  ),
  guardianRequests: requestOf(
    Type.Object({ userId: userIdOf('the guardian') }, { title: 'GuardianRequestsRequest' }),
  ),
  openGuardianRequest: requestOf(
    Type.Object(
      {
        userId: userIdOf('the guardian'),
        minorId: userIdOf('the minor'),
        appId,
        locale: localeOf('the prompt'),
      },
      { title: 'OpenGuardianRequestRequest' },
    ),
  ),
} as const satisfies Record<WalletOperation, unknown>

/** The validated body of each operation. */
export type WalletApiRequests = {
  readonly [O in WalletOperation]: ReturnType<(typeof WALLET_API_REQUESTS)[O]>
}

/** @throws {AssentError} `PARAM_ILLEGAL` */
export function requireScopeNames(scopes: readonly string[] | undefined): void {
  if (scopes && !scopes.every(isScopeName)) throw invalidParameter('scopes')
}
