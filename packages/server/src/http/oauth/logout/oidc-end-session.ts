/**
 * @module The end session endpoint: an OAuth client sends the user's browser here to log out. Assent tells the OAuth clients of the mini
 * program (Back-Channel Logout), ends the browser's session of the privacy page, lets the wallet end its own, and returns to the client.
 * @see [OpenID Connect RP-Initiated Logout](https://openid.net/specs/openid-connect-rpinitiated-1_0.html),
 * [Log out](../../../../../../docs/oauth.md#log-out)
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Locale } from '../../../engine/consent/prompt.ts'
import { chooseLocale } from '../../../engine/locales/choose-locale.ts'
import { logOut } from '../../../engine/oauth/log-out.ts'
import { findOAuthClient, type ResolvedClient } from '../../../engine/oauth-clients/clients.ts'
import { securityHeaders } from '../../html/assets.ts'
import { renderStatusPage } from '../../html/layout.tsx'
import { isSameOrigin } from '../../html/same-origin.ts'
import { PLAIN_THEME } from '../../html/theme-types.ts'
import { endedSessionCookie } from '../../privacy-page/session-cookie.ts'
import { JWT_TYPES, type OAuthOptions } from '../context.ts'
import { OAuthError } from '../errors.ts'
import { bodyOf, type FormParameters, queryOf, readForm } from '../form-parameters.ts'
import { CONFIRM_FIELD, renderLogoutPage } from './logout-page.tsx'
import { openReturn, type ReturnTarget, sealReturn } from './return-target.ts'

/** The parameters that the answer to the question repeats. */
const REPEATED = [
  'client_id',
  'post_logout_redirect_uri',
  'state',
  'logout_hint',
  'ui_locales',
] as const

/** A user who is known from an ID token. */
type KnownUser = { readonly subject: string; readonly idToken: string }

type LogoutRequest = {
  readonly caller: ResolvedClient | undefined
  readonly user: KnownUser | undefined
  readonly target: ReturnTarget
}

/** @throws {OAuthError} The browser is never sent to an address of an invalid request. */
export async function endSession(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = readForm(request.method === 'POST' ? bodyOf(request) : queryOf(request))
  const logout = await readLogoutRequest(options, form)
  const { caller, user } = logout
  if (caller && user) await logOut(options.ports, caller, user)
  else if (!isConfirmed(options, request, form))
    return askUser(options, request, reply, form, logout)
  reply.header('set-cookie', endedSessionCookie(options.issuer))
  const page = options.logoutUrl(caller?.client.walletId)
  if (page === undefined) return goBack(request, reply, logout.target)
  return reply.redirect(await walletPageUrl(options, page, form, logout.target), 303)
}

/** The wallet's page sends the browser here after it has ended the session. */
export async function finishLogout(
  options: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const sealed = readForm(queryOf(request)).require('logout_request')
  return goBack(request, reply, await openReturn(options, sealed))
}

async function readLogoutRequest(
  options: OAuthOptions,
  form: FormParameters,
): Promise<LogoutRequest> {
  const hint = await readHint(options, form.get('id_token_hint'))
  const clientId = form.get('client_id') ?? hint?.clientId
  if (hint && hint.clientId !== clientId)
    throw new OAuthError(
      'invalid_request',
      'client_id must be the client to which the ID token in id_token_hint was issued.',
    )
  const caller = clientId === undefined ? undefined : await findOAuthClient(options.ports, clientId)
  if (clientId !== undefined && !caller)
    throw new OAuthError('invalid_client', 'Unknown client_id.', { status: 400 })
  return { caller, user: hint, target: readTarget(form, caller) }
}

/**
 * An expired ID token is accepted, because users stay logged in for longer (RP-Initiated Logout §4).
 * @throws {OAuthError} `invalid_request`
 */
async function readHint(
  { jwtSigner }: OAuthOptions,
  idToken: string | undefined,
): Promise<(KnownUser & { readonly clientId: string }) | undefined> {
  if (idToken === undefined) return undefined
  const { sub, aud } = (await jwtSigner.verify(JWT_TYPES.idToken, idToken)) ?? {}
  if (typeof sub === 'string' && typeof aud === 'string')
    return { subject: sub, clientId: aud, idToken }
  throw new OAuthError(
    'invalid_request',
    'id_token_hint must be an ID token of this server, unchanged.',
  )
}

/** @throws {OAuthError} `invalid_request` */
function readTarget(form: FormParameters, caller: ResolvedClient | undefined): ReturnTarget {
  const redirectUri = form.get('post_logout_redirect_uri')
  if (redirectUri === undefined) return {}
  if (!caller)
    throw new OAuthError(
      'invalid_request',
      'post_logout_redirect_uri needs an id_token_hint or a client_id.',
    )
  if (!caller.client.postLogoutRedirectUris?.includes(redirectUri))
    throw new OAuthError(
      'invalid_request',
      'post_logout_redirect_uri must be identical to one that is registered for this client.',
    )
  const state = form.get('state')
  return { clientId: caller.client.clientId, redirectUri, ...(state !== undefined && { state }) }
}

/** The answer to the question of this server, from its own page. */
function isConfirmed(
  { issuer }: OAuthOptions,
  request: FastifyRequest,
  form: FormParameters,
): boolean {
  return (
    request.method === 'POST' &&
    form.get(CONFIRM_FIELD) !== undefined &&
    isSameOrigin(request, issuer)
  )
}

/** Nothing proves that the user wants to log out: any site can send a browser here (RP-Initiated Logout §6). */
function askUser(
  { logoutUrl }: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  form: FormParameters,
  { caller, target }: LogoutRequest,
): FastifyReply {
  const fields = REPEATED.flatMap((name) => {
    const value = form.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const targets = [logoutUrl(caller?.client.walletId), target.redirectUri].flatMap((url) =>
    url === undefined ? [] : [formTargetOf(url)],
  )
  return reply
    .headers(securityHeaders([], PLAIN_THEME, targets))
    .send(renderLogoutPage(localeOf(request, form), fields))
}

/** A source of `form-action`: browsers also check the redirects after a form. */
function formTargetOf(url: string): string {
  const { origin, protocol } = new URL(url)
  return origin === 'null' ? protocol : origin
}

async function walletPageUrl(
  options: OAuthOptions,
  page: string,
  form: FormParameters,
  target: ReturnTarget,
): Promise<string> {
  const url = new URL(page)
  url.searchParams.set('logoutRequest', await sealReturn(options, target))
  for (const name of ['logout_hint', 'ui_locales'] as const) {
    const value = form.get(name)
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url.href
}

function goBack(
  request: FastifyRequest,
  reply: FastifyReply,
  { redirectUri, state }: ReturnTarget,
): FastifyReply {
  if (redirectUri !== undefined) return reply.redirect(withState(redirectUri, state), 303)
  const locale = localeOf(request, readForm(queryOf(request)))
  const page = {
    page: 'loggedOut',
    locale,
    theme: PLAIN_THEME,
    origins: [],
    outcome: undefined,
  } as const
  return reply.headers(securityHeaders([], PLAIN_THEME)).send(renderStatusPage(page))
}

/** Appended as text: parsing the registered URI as a URL could normalize it. */
function withState(redirectUri: string, state: string | undefined): string {
  if (state === undefined) return redirectUri
  const separator = redirectUri.includes('?') ? '&' : '?'
  return `${redirectUri}${separator}${new URLSearchParams({ state })}`
}

function localeOf({ headers }: FastifyRequest, form: FormParameters): Locale {
  return chooseLocale(form.get('ui_locales') ?? headers['accept-language'])
}
