/**
 * @module The user's page, `/privacy`: opened by a link of the wallet, once, and then held open by a cookie for a while.
 */
import { formatTime } from '@assent/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { chooseLocale, scopeText } from '../../engine/consent/prompt.ts'
import { AssentError } from '../../engine/errors.ts'
import type { PrivacySessionClaims } from '../../engine/ports/credentials.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { StoreUnavailableError } from '../../engine/ports/store.ts'
import { revokeGrant } from '../../engine/tokens/revoke.ts'
import { resetDenials } from '../../engine/users/grant-overview.ts'
import {
  PRIVACY_SESSION_LIFETIME_SECONDS,
  readPrivacySession,
  startPrivacySession,
} from '../../engine/users/privacy-link.ts'
import {
  type AppDetail,
  findReceipt,
  hasDenied,
  listApps,
  readApp,
} from '../../engine/users/privacy-page.ts'
import { securityHeaders } from '../html/assets.ts'
import { renderStatusPage } from '../html/layout.tsx'
import { requireOwnPage } from '../html/same-origin.ts'
import { type Image, PLAIN_THEME, type Theme } from '../html/theme-types.ts'
import { PRIVACY_PAGE_ENDPOINTS } from './endpoints.ts'
import {
  type Notice,
  type PageTheme,
  renderApp,
  renderList,
  renderReceipt,
} from './privacy-page.tsx'

export type PrivacyPageOptions = {
  readonly ports: Ports
  readonly issuer: string
  readonly clock: () => number
  readonly icons: () => ReadonlyMap<string, Image>
  readonly themes: () => ReadonlyMap<string, Theme>
}

const COOKIE = 'assent_page'
/** Of each mini program: more than anybody has. */
const EXPORTED = { accessLog: 100_000, receipts: 100_000 }

type AppRequest = FastifyRequest<{ Params: { appId: string }; Querystring: { done?: string } }>
type Open = { readonly session: PrivacySessionClaims; readonly look: PageTheme }

export async function privacyPageRoutes(
  face: FastifyInstance,
  options: PrivacyPageOptions,
): Promise<void> {
  const { ports, issuer, clock, icons, themes } = options
  face.removeAllContentTypeParsers()
  face.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4 * 1024 },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  )
  face.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders([], PLAIN_THEME))
  })

  face.get(
    PRIVACY_PAGE_ENDPOINTS.open.path,
    async (request: FastifyRequest<{ Params: { link: string } }>, reply) => {
      const session = await startPrivacySession(ports, request.params.link, clock())
      if (session === undefined) return sendClosed(request, reply)
      return reply.header('set-cookie', cookieOf(session, issuer)).redirect('/privacy', 303)
    },
  )

  face.get(
    PRIVACY_PAGE_ENDPOINTS.list.path,
    opened(async ({ session, look }, _request, reply) => {
      const apps = await listApps(ports, session.user, clock())
      return send(reply, look, renderList(look, apps))
    }),
  )

  face.get(
    PRIVACY_PAGE_ENDPOINTS.app.path,
    opened(async ({ session, look }, request: AppRequest, reply) => {
      const app = await readApp(ports, session.user, request.params.appId, clock())
      if (!app) return reply.redirect('/privacy', 303)
      const notice = noticeOf(request.query.done, app, ports, look)
      return send(reply, look, renderApp(look, app, notice))
    }),
  )

  face.post(
    PRIVACY_PAGE_ENDPOINTS.stop.path,
    opened(async ({ session }, request: AppRequest, reply) => {
      requireOwnPage(request, issuer)
      const { appId } = request.params
      const scope = request.body instanceof URLSearchParams ? request.body.get('scope') : null
      const input = { user: session.user, appId, ...(scope !== null && { scopes: [scope] }) }
      await revokeGrant(ports, input, clock())
      const app = await readApp(ports, session.user, appId, clock())
      const done = app?.scopes.length === 0 ? 'stopped' : (scope ?? '')
      return reply.redirect(`${pathOf(appId)}?done=${encodeURIComponent(done)}`, 303)
    }),
  )

  face.post(
    PRIVACY_PAGE_ENDPOINTS.ask.path,
    opened(async ({ session }, request: AppRequest, reply) => {
      requireOwnPage(request, issuer)
      const { appId } = request.params
      await resetDenials(ports, { user: session.user, appId }, clock())
      return reply.redirect(`${pathOf(appId)}?done=asks`, 303)
    }),
  )

  type ReceiptRequest = FastifyRequest<{ Params: { receiptId: string } }>

  face.get(
    PRIVACY_PAGE_ENDPOINTS.receipt.path,
    opened(async ({ session, look }, request: ReceiptRequest, reply) => {
      const receipt = await findReceipt(ports, session.user, request.params.receiptId)
      if (!receipt) return reply.redirect('/privacy', 303)
      return send(reply, look, renderReceipt(look, ports.receipts.read(receipt.document)))
    }),
  )

  face.get(
    PRIVACY_PAGE_ENDPOINTS.receiptFile.path,
    opened(async ({ session }, request: ReceiptRequest, reply) => {
      const receipt = await findReceipt(ports, session.user, request.params.receiptId)
      if (!receipt) return reply.redirect('/privacy', 303)
      const { document } = receipt
      return sendFile(reply, { record: ports.receipts.read(document), jws: document })
    }),
  )

  face.get(
    PRIVACY_PAGE_ENDPOINTS.export.path,
    opened(async ({ session }, _request, reply) => {
      const apps = await listApps(ports, session.user, clock())
      const details = await Promise.all(
        apps.map(({ miniProgram }) =>
          readApp(ports, session.user, miniProgram.appId, clock(), EXPORTED),
        ),
      )
      return sendFile(reply, {
        exportedAt: formatTime(clock()),
        miniPrograms: details.filter((one) => one !== undefined).map((one) => exported(ports, one)),
      })
    }),
  )

  face.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const isUnavailable = error instanceof StoreUnavailableError
    if (isUnavailable) reply.header('retry-after', '1')
    const isRefused = error instanceof AssentError
    const status = isUnavailable ? 503 : isRefused ? 400 : (error.statusCode ?? 500)
    if (status >= 500) request.log.error({ err: error }, 'the user’s page failed')
    const locale = chooseLocale(request.headers['accept-language'])
    return sendQuiet(reply, status, 'failed', locale)
  })

  /** Without a session there is nothing to see. */
  function opened<R extends FastifyRequest>(
    handle: (open: Open, request: R, reply: FastifyReply) => Promise<FastifyReply>,
  ): (request: R, reply: FastifyReply) => Promise<FastifyReply> {
    return async (request, reply) => {
      const session = readPrivacySession(ports, readCookie(request.headers.cookie), clock())
      if (!session) return sendClosed(request, reply)
      const { walletId } = session.user
      const look: PageTheme = {
        locale: chooseLocale(session.locale ?? request.headers['accept-language']),
        theme: themes().get(walletId) ?? PLAIN_THEME,
        origins: ports.registry.wallets.get(walletId)?.origins ?? [],
        iconUrl: (appId) => (icons().has(appId) ? `/consent/icons/${appId}` : undefined),
      }
      return handle({ session, look }, request, reply)
    }
  }

  function send(reply: FastifyReply, { origins, theme }: PageTheme, html: string): FastifyReply {
    return reply.headers(securityHeaders(origins, theme)).send(html)
  }

  function sendClosed(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return sendQuiet(reply, 403, 'linkExpired', chooseLocale(request.headers['accept-language']))
  }

  function sendQuiet(
    reply: FastifyReply,
    status: number,
    page: 'linkExpired' | 'failed',
    locale: ReturnType<typeof chooseLocale>,
  ): FastifyReply {
    const origins = [...ports.registry.wallets.values()].flatMap((wallet) => wallet.origins)
    const html = renderStatusPage({ page, locale, theme: PLAIN_THEME, origins, outcome: undefined })
    return reply.code(status).headers(securityHeaders(origins, PLAIN_THEME)).send(html)
  }
}

function pathOf(appId: string): string {
  return `/privacy/apps/${encodeURIComponent(appId)}`
}

/** What the address says was done, a word of ours or a scope; only where it is so, since anybody can write an address. */
function noticeOf(
  done: string | undefined,
  { miniProgram, grant, scopes }: AppDetail,
  { registry }: Pick<Ports, 'registry'>,
  { locale }: PageTheme,
): Notice | undefined {
  const { name } = miniProgram
  if (done === 'stopped') return scopes.length === 0 ? { kind: done, name } : undefined
  if (done === 'asks') return hasDenied(grant) ? undefined : { kind: done, name }
  const entry = registry.scopes.get(done ?? '')
  if (!entry || scopes.some((one) => one.entry === entry)) return undefined
  return { kind: 'scope', name: scopeText(entry, locale).title }
}

function exported(
  ports: Ports,
  { grant, miniProgram, merchant, scopes, accessLog, receipts }: AppDetail,
): object {
  return {
    appId: miniProgram.appId,
    name: miniProgram.name,
    merchant,
    yourId: grant.subject,
    scopes: scopes.map(({ entry, granted }) => ({
      scope: entry.scope,
      fields: entry.fields,
      grantedAt: formatTime(granted.grantedAt),
      lifetime: granted.lifetime ?? 'until_withdrawn',
      ...(granted.expiresAt !== undefined && { expiresAt: formatTime(granted.expiresAt) }),
    })),
    refused: Object.keys(grant.denied),
    accessLog,
    receipts: receipts.map(({ document }) => ({
      record: ports.receipts.read(document),
      jws: document,
    })),
  }
}

function sendFile(reply: FastifyReply, content: object): FastifyReply {
  return reply
    .headers({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment',
    })
    .send(JSON.stringify(content, null, 2))
}

/** In a frame of the wallet's own page it is a cookie of that page alone (CHIPS). */
function cookieOf(session: string, issuer: string): string {
  const where = issuer.startsWith('https:')
    ? 'Secure; SameSite=None; Partitioned'
    : 'SameSite=Strict'
  return `${COOKIE}=${session}; Path=/privacy; HttpOnly; Max-Age=${PRIVACY_SESSION_LIFETIME_SECONDS}; ${where}`
}

function readCookie(header: string | undefined): string {
  const pair = header
    ?.split(';')
    .map((one) => one.trim())
    .find((one) => one.startsWith(`${COOKIE}=`))
  return pair?.slice(COOKIE.length + 1) ?? ''
}
