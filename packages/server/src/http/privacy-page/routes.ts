/**
 * @module The privacy page, `/privacy`. A one-time link of the wallet starts a session; a cookie keeps it for a limited time.
 * @see docs/wallets.md#wallet-api
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Locale, scopeText } from '../../engine/consent/prompt.ts'
import { AssentError } from '../../engine/errors.ts'
import { chooseLocale } from '../../engine/locales/choose-locale.ts'
import { MESSAGES } from '../../engine/locales/index.ts'
import type { PrivacySessionClaims } from '../../engine/ports/credentials.ts'
import type { DirectoryUser } from '../../engine/ports/directory.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { type UserRef, userKey } from '../../engine/records.ts'
import { StoreUnavailableError } from '../../engine/store/store.ts'
import { revokeGrant } from '../../engine/tokens/revoke.ts'
import { findUser } from '../../engine/users/find-user.ts'
import { resetDenials } from '../../engine/users/grant-overview.ts'
import {
  addTimeZone,
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
import { readForm, registerFormBody } from '../html/form-body.ts'
import { iconPathOf } from '../html/icon-path.ts'
import { renderStatusPage } from '../html/layout.tsx'
import { renderOpeningPage } from '../html/opening-page.tsx'
import { isOpenedByPerson } from '../html/person-opens.ts'
import { requireSameOrigin } from '../html/same-origin.ts'
import { PLAIN_THEME, type Theme } from '../html/theme-types.ts'
import { renderAppList } from './app-list.tsx'
import { renderApp } from './app-page.tsx'
import { createDates } from './dates.ts'
import { PRIVACY_PAGE_ENDPOINTS } from './endpoints.ts'
import { exportUserData } from './export.ts'
import { appPath, type PageView } from './layout.tsx'
import type { Notice } from './page-data.ts'
import { renderReceipt } from './receipt-page.tsx'
import { readSessionCookie, sessionCookie } from './session-cookie.ts'

export type PrivacyPageOptions = {
  readonly ports: Ports
  readonly issuer: string
  readonly clock: () => number
  /** Counts a request for the user that has proven to have sent it. */
  readonly identify: (request: FastifyRequest, user: string) => Promise<void>
  /** Themes of wallets, by walletId. */
  readonly themes: () => ReadonlyMap<string, Theme>
}

const MAX_FORM_BYTES = 4 * 1024

type LinkRequest = FastifyRequest<{ Params: { link: string }; Querystring: { timeZone?: string } }>
type ListRequest = FastifyRequest<{ Querystring: { timeZone?: string } }>
type AppRequest = FastifyRequest<{ Params: { appId: string }; Querystring: { done?: string } }>
type ReceiptRequest = FastifyRequest<{ Params: { receiptId: string } }>

type PageContext = { readonly session: PrivacySessionClaims; readonly view: PageView }

export async function privacyPageRoutes(
  app: FastifyInstance,
  options: PrivacyPageOptions,
): Promise<void> {
  const { ports, issuer } = options
  registerFormBody(app, MAX_FORM_BYTES)
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders([], PLAIN_THEME))
  })
  app.get(PRIVACY_PAGE_ENDPOINTS.open.path, async (request: LinkRequest, reply) =>
    isOpenedByPerson(request)
      ? openSession(options, request, reply)
      : sendOpening(ports, request, reply),
  )
  app.post(PRIVACY_PAGE_ENDPOINTS.open.path, async (request: LinkRequest, reply) => {
    requireSameOrigin(request, issuer)
    return openSession(options, request, reply)
  })
  addViews(app, options)
  addChanges(app, options)
  addDownloads(app, options)
  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const isUnavailable = error instanceof StoreUnavailableError
    if (isUnavailable) reply.header('retry-after', '1')
    const isRejected = error instanceof AssentError
    const status = isUnavailable ? 503 : isRejected ? 400 : (error.statusCode ?? 500)
    if (status >= 500) request.log.error({ err: error }, 'The privacy page failed.')
    const locale = chooseLocale(request.headers['accept-language'])
    return sendStatusPage(ports, reply, status, 'failed', locale)
  })
}

async function openSession(
  { ports, issuer, clock }: PrivacyPageOptions,
  request: LinkRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { params, query } = request
  const link = { linkId: params.link, timeZone: singleValue(query.timeZone) }
  const session = await startPrivacySession(ports, link, clock())
  if (session === undefined) return sendLinkExpired(ports, request, reply)
  return reply.header('set-cookie', sessionCookie(session, issuer)).redirect('/privacy', 303)
}

/** A link works once, so a program that looks at it must not use it up. */
function sendOpening(
  { registry }: Pick<Ports, 'registry'>,
  request: LinkRequest,
  reply: FastifyReply,
): FastifyReply {
  const origins = [...registry.wallets.values()].flatMap((wallet) => wallet.origins)
  const locale = chooseLocale(request.headers['accept-language'])
  const html = renderOpeningPage({
    page: 'opening',
    locale,
    theme: PLAIN_THEME,
    origins,
    action: request.url,
  })
  return reply.headers(securityHeaders(origins, PLAIN_THEME)).send(html)
}

function addViews(app: FastifyInstance, options: PrivacyPageOptions): void {
  const { ports, issuer, clock } = options
  app.get(
    PRIVACY_PAGE_ENDPOINTS.list.path,
    withSession(options, async ({ session, view }, request: ListRequest, reply) => {
      const apps = await listApps(ports, session.user, clock())
      const timeZone = singleValue(request.query.timeZone)
      if (timeZone === undefined || session.timeZone !== undefined)
        return sendPage(reply, view, renderAppList(view, apps))
      const zoned = addTimeZone(session, timeZone)
      const cookie = sessionCookie(ports.credentials.sealPrivacySession(zoned, clock()), issuer)
      const zonedView = viewOf(options, zoned, request)
      reply.header('set-cookie', cookie)
      return sendPage(reply, zonedView, renderAppList(zonedView, apps))
    }),
  )
  app.get(
    PRIVACY_PAGE_ENDPOINTS.app.path,
    withSession(options, async ({ session, view }, request: AppRequest, reply) => {
      const [detail, user] = await Promise.all([
        readApp(ports, session.user, request.params.appId, clock()),
        findOwnValues(ports, session.user, reply),
      ])
      if (!detail) return reply.redirect('/privacy', 303)
      const html = renderApp(view, {
        app: detail,
        records: detail.receipts.map(({ document }) => ports.receipts.read(document)),
        registry: ports.registry,
        user,
        notice: noticeOf(request.query.done, detail, ports, view),
      })
      return sendPage(reply, view, html)
    }),
  )
  app.get(
    PRIVACY_PAGE_ENDPOINTS.receipt.path,
    withSession(options, async ({ session, view }, request: ReceiptRequest, reply) => {
      const receipt = await findReceipt(ports, session.user, request.params.receiptId)
      if (!receipt) return reply.redirect('/privacy', 303)
      const record = ports.receipts.read(receipt.document)
      const html = renderReceipt(view, {
        record,
        registry: ports.registry,
        current: await ports.registry.findMiniProgram(record.miniProgram.appId),
        keysUrl: `${issuer}/oauth2/jwks`,
      })
      return sendPage(reply, view, html)
    }),
  )
}

/** @returns an empty user when the directory does not respond: the page works without the user's own values */
async function findOwnValues(
  { directory }: Pick<Ports, 'directory'>,
  user: UserRef,
  reply: FastifyReply,
): Promise<DirectoryUser> {
  try {
    return (await findUser(directory, user)) ?? {}
  } catch (error) {
    reply.log.warn(
      { err: error },
      'The directory is unavailable. The privacy page is shown without the values of the user.',
    )
    return {}
  }
}

/** A parameter that is given twice has no meaning. */
function singleValue(parameter: unknown): string | undefined {
  return typeof parameter === 'string' ? parameter : undefined
}

function addChanges(app: FastifyInstance, options: PrivacyPageOptions): void {
  const { ports, issuer, clock } = options
  app.post(
    PRIVACY_PAGE_ENDPOINTS.withdraw.path,
    withSession(options, async ({ session }, request: AppRequest, reply) => {
      requireSameOrigin(request, issuer)
      const { appId } = request.params
      const scope = readForm(request).get('scope')
      const input = { user: session.user, appId, ...(scope !== null && { scopes: [scope] }) }
      await revokeGrant(ports, input, clock())
      const detail = await readApp(ports, session.user, appId, clock())
      const done = detail?.scopes.length === 0 ? 'stopped' : (scope ?? '')
      return reply.redirect(`${appPath(appId)}?done=${encodeURIComponent(done)}`, 303)
    }),
  )
  app.post(
    PRIVACY_PAGE_ENDPOINTS.resetDenials.path,
    withSession(options, async ({ session }, request: AppRequest, reply) => {
      requireSameOrigin(request, issuer)
      const { appId } = request.params
      await resetDenials(ports, { user: session.user, appId }, clock())
      return reply.redirect(`${appPath(appId)}?done=asks`, 303)
    }),
  )
}

function addDownloads(app: FastifyInstance, options: PrivacyPageOptions): void {
  const { ports, clock } = options
  app.get(
    PRIVACY_PAGE_ENDPOINTS.receiptFile.path,
    withSession(options, async ({ session }, request: ReceiptRequest, reply) => {
      const receipt = await findReceipt(ports, session.user, request.params.receiptId)
      if (!receipt) return reply.redirect('/privacy', 303)
      const { document } = receipt
      return sendFile(reply, { record: ports.receipts.read(document), jws: document })
    }),
  )
  app.get(
    PRIVACY_PAGE_ENDPOINTS.export.path,
    withSession(options, async ({ session }, _request, reply) =>
      sendFile(reply, await exportUserData(ports, session.user, clock())),
    ),
  )
}

/** Without a valid session, the handler is not called and the user sees that the link has expired. */
function withSession<R extends FastifyRequest>(
  options: PrivacyPageOptions,
  handle: (context: PageContext, request: R, reply: FastifyReply) => Promise<FastifyReply>,
): (request: R, reply: FastifyReply) => Promise<FastifyReply> {
  const { ports, clock } = options
  return async (request, reply) => {
    const session = readPrivacySession(ports, readSessionCookie(request.headers.cookie), clock())
    if (!session) return sendLinkExpired(ports, request, reply)
    await options.identify(request, userKey(session.user))
    return handle({ session, view: viewOf(options, session, request) }, request, reply)
  }
}

function viewOf(
  { ports, issuer, clock, themes }: PrivacyPageOptions,
  { user: { walletId }, locale: tag, timeZone }: PrivacySessionClaims,
  { headers }: FastifyRequest,
): PageView {
  const locale = chooseLocale(tag ?? headers['accept-language'])
  const wallet = ports.registry.wallets.get(walletId)
  return {
    locale,
    messages: MESSAGES[locale],
    dates: createDates(locale, timeZone, clock()),
    theme: themes().get(walletId) ?? PLAIN_THEME,
    walletName: wallet?.name ?? '',
    origins: wallet?.origins ?? [],
    iconUrl: (miniProgram) => iconPathOf(issuer, miniProgram),
  }
}

function sendPage(reply: FastifyReply, { origins, theme }: PageView, html: string): FastifyReply {
  return reply.headers(securityHeaders(origins, theme)).send(html)
}

function sendLinkExpired(
  ports: Pick<Ports, 'registry'>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const locale = chooseLocale(request.headers['accept-language'])
  return sendStatusPage(ports, reply, 403, 'linkExpired', locale)
}

/** Without a session the wallet is unknown, so every wallet may frame this page. It contains no user data. */
function sendStatusPage(
  { registry }: Pick<Ports, 'registry'>,
  reply: FastifyReply,
  status: number,
  page: 'linkExpired' | 'failed',
  locale: Locale,
): FastifyReply {
  const origins = [...registry.wallets.values()].flatMap((wallet) => wallet.origins)
  const html = renderStatusPage({ page, locale, theme: PLAIN_THEME, origins, outcome: undefined })
  return reply.code(status).headers(securityHeaders(origins, PLAIN_THEME)).send(html)
}

function sendFile(reply: FastifyReply, content: object): FastifyReply {
  return reply
    .headers({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment',
    })
    .send(JSON.stringify(content, null, 2))
}

/**
 * @param done the change that the URL claims: `stopped`, `asks` or a scope. The notice is shown only when the grant agrees,
 * because anyone can write such a URL
 */
function noticeOf(
  done: string | undefined,
  { miniProgram, grant, scopes }: AppDetail,
  { registry }: Pick<Ports, 'registry'>,
  { locale }: PageView,
): Notice | undefined {
  const { name } = miniProgram
  if (done === 'stopped') return scopes.length === 0 ? { kind: done, name } : undefined
  if (done === 'asks') return hasDenied(grant) ? undefined : { kind: done, name }
  const entry = registry.scopes.get(done ?? '')
  if (!entry || scopes.some((active) => active.entry === entry)) return undefined
  return { kind: 'scope', name: scopeText(entry, locale).title }
}
