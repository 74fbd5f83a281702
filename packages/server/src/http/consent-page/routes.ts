/**
 * @module The consent page: `GET /consent/:id` shows the prompt, `POST` receives the decision, and `/done` reports it to the
 * host. The id finds the prompt: it has 192 random bits, is sent to the wallet only, and is valid for one prompt. The secret of the
 * page that opened it first authorizes the decision, because logs can contain the id.
 * @see docs/consent.md#consent-prompt-rules
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  decideConsent,
  dismissConsent,
  type PendingConsent,
  readPendingConsent,
} from '../../engine/consent/decide.ts'
import { isOpener, openPrompt } from '../../engine/consent/prompt-opener.ts'
import { AssentError } from '../../engine/errors.ts'
import { chooseLocale } from '../../engine/locales/choose-locale.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { Lookup } from '../../engine/registry.ts'
import { StoreUnavailableError } from '../../engine/store/store.ts'
import { findUser } from '../../engine/users/find-user.ts'
import { previewOf } from '../../engine/users/profile.ts'
import { securityHeaders } from '../html/assets.ts'
import { readForm, registerFormBody } from '../html/form-body.ts'
import { iconPathOf } from '../html/icon-path.ts'
import { renderStatusPage, type StatusPageContent } from '../html/layout.tsx'
import { renderOpeningPage } from '../html/opening-page.tsx'
import { isOpenedByPerson } from '../html/person-opens.ts'
import { requireSameOrigin } from '../html/same-origin.ts'
import { type Image, PLAIN_THEME, type Theme } from '../html/theme-types.ts'
import { renderConsentPrompt } from './consent-prompt.tsx'
import { CONSENT_PAGE_ENDPOINTS } from './endpoints.ts'
import { openerCookie, readOpenerCookie } from './opener-cookie.ts'
import { STATUS_PAGES } from './status-pages.ts'
import { parseSubmission } from './submission.ts'

export type ConsentPageOptions = {
  readonly ports: Ports
  readonly issuer: string
  readonly clock: () => number
  /** The icon of a mini program, when this server serves it. */
  readonly findIcon: (appId: string) => Lookup<Image>
  /** Themes of wallets, by walletId. */
  readonly themes: () => ReadonlyMap<string, Theme>
}

type IdRequest = FastifyRequest<{ Params: { id: string } }>

/** The state of a page that shows a prompt. */
type PromptPage = { readonly opener: string; readonly isSelectionEmpty?: boolean }

const MAX_FORM_BYTES = 16 * 1024

export async function consentPageRoutes(
  app: FastifyInstance,
  options: ConsentPageOptions,
): Promise<void> {
  const { ports, clock } = options
  registerFormBody(app, MAX_FORM_BYTES)

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders([], PLAIN_THEME))
  })

  app.get(CONSENT_PAGE_ENDPOINTS.prompt.path, async (request: IdRequest, reply) => {
    const pending = await readPendingConsent(ports, request.params.id, clock())
    const isKnown = isOpener(ports, pending, readOpenerCookie(request))
    const isOpen = pending.request.openerHash !== undefined
    return isKnown || (!isOpen && isOpenedByPerson(request))
      ? openAndSend(options, request, reply)
      : sendOpening(options, request, reply, pending)
  })

  app.post(CONSENT_PAGE_ENDPOINTS.open.path, async (request: IdRequest, reply) => {
    requireSameOrigin(request, options.issuer)
    return openAndSend(options, request, reply)
  })

  app.post(CONSENT_PAGE_ENDPOINTS.prompt.path, async (request: IdRequest, reply) => {
    requireSameOrigin(request, options.issuer)
    const { id } = request.params
    const form = readForm(request)
    const pending = await readPendingConsent(ports, id, clock())
    const opener = form.get('opener') || readOpenerCookie(request)
    if (!isOpener(ports, pending, opener)) return sendOpening(options, request, reply, pending)
    const submission = parseSubmission(form, pending.sheet)
    if (submission.kind === 'incomplete') {
      const { isSelectionEmpty } = submission
      return sendPrompt(options, reply, pending, { opener, isSelectionEmpty })
    }
    if (submission.kind === 'dismiss') await dismissConsent(ports, id, clock())
    else {
      const { granted, lifetime } = submission
      const sheetHash = form.get('sheetHash') ?? ''
      await decideConsent(ports, { consentRequestId: id, sheetHash, granted, lifetime }, clock())
    }
    return reply.redirect(`/consent/${id}/done`, 303)
  })

  app.get(CONSENT_PAGE_ENDPOINTS.done.path, async (request: IdRequest, reply) =>
    sendStatusPage(reply, 200, await readDonePage(options, request.params.id)),
  )

  app.get(
    CONSENT_PAGE_ENDPOINTS.icon.path,
    async (request: FastifyRequest<{ Params: { appId: string } }>, reply) =>
      sendImage(reply, await options.findIcon(request.params.appId)),
  )

  app.get(
    CONSENT_PAGE_ENDPOINTS.logo.path,
    async (request: FastifyRequest<{ Params: { walletId: string } }>, reply) =>
      sendImage(reply, options.themes().get(request.params.walletId)?.logo),
  )

  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const code = error instanceof AssentError ? error.code : undefined
    // The metrics count invalid submissions by their error code.
    request.resultCode = code ?? ''
    const isUnavailable = error instanceof StoreUnavailableError
    if (isUnavailable) reply.header('retry-after', '1')
    if (!code && (error.statusCode ?? 500) >= 500)
      request.log.error({ err: error }, 'The consent page failed with an unexpected error.')
    return sendStatusPage(reply, code ? 400 : isUnavailable ? 503 : (error.statusCode ?? 500), {
      page: code ? STATUS_PAGES[code] : isUnavailable ? 'unavailable' : 'failed',
      locale: chooseLocale(request.headers['accept-language']),
      theme: PLAIN_THEME,
      // The wallet is unknown here, so every wallet may frame this page. It contains no user data.
      origins: [...ports.registry.wallets.values()].flatMap(({ origins }) => origins),
      outcome: undefined,
    })
  })
}

/** An SVG that is opened directly is a document of this origin: it may neither run, nor lead elsewhere, nor be framed. */
function sendImage(reply: FastifyReply, image: Image | undefined): FastifyReply {
  if (!image) return reply.code(404).send()
  return reply
    .headers({
      'content-type': image.type,
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=3600',
    })
    .send(image.bytes)
}

/** @throws {AssentError} `CONSENT_REQUEST_UNKNOWN` when there is no such request, or no decision yet */
async function readDonePage(
  { ports, themes }: ConsentPageOptions,
  consentRequestId: string,
): Promise<StatusPageContent> {
  const consent = await ports.store.readConsentRequest(ports.hasher.sha256(consentRequestId))
  if (!consent?.outcome) throw new AssentError('CONSENT_REQUEST_UNKNOWN')
  const { locale } = JSON.parse(consent.sheet) as { locale: string }
  const { walletId } = consent.user
  return {
    page: 'done',
    locale: chooseLocale(locale),
    theme: themes().get(walletId) ?? PLAIN_THEME,
    origins: ports.registry.wallets.get(walletId)?.origins ?? [],
    outcome: consent.outcome === 'dismissed' ? 'dismissed' : 'decided',
  }
}

/** Opens the prompt for this page, unless another page has opened it. */
async function openAndSend(
  options: ConsentPageOptions,
  request: IdRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { ports, clock, issuer } = options
  const { id } = request.params
  const presented = [readForm(request).get('opener') ?? '', readOpenerCookie(request)]
  const opened = await openPrompt(ports, id, presented, clock())
  if (!opened)
    return sendOpening(options, request, reply, await readPendingConsent(ports, id, clock()))
  const { opener, sheet } = opened
  if (opened.request.openerHash === undefined) {
    const { appId, user } = opened.request
    ports.funnel.count('viewed', { appId, user, scopes: sheet.scopes.map(({ scope }) => scope) })
  }
  reply.header('set-cookie', openerCookie(id, opener, issuer))
  return sendPrompt(options, reply, opened, { opener })
}

/** A page that opens the prompt, or says that another page has opened it. It shows nothing of the request. */
function sendOpening(
  { ports, themes }: ConsentPageOptions,
  request: IdRequest,
  reply: FastifyReply,
  pending: PendingConsent,
): FastifyReply {
  const { walletId } = pending.request.user
  const theme = themes().get(walletId) ?? PLAIN_THEME
  const origins = ports.registry.wallets.get(walletId)?.origins ?? []
  const isOpen = pending.request.openerHash !== undefined
  if (isOpen) request.resultCode = 'OPEN_ELSEWHERE'
  const html = renderOpeningPage({
    page: isOpen ? 'openElsewhere' : 'opening',
    locale: chooseLocale(pending.sheet.locale),
    theme,
    origins,
    action: `/consent/${request.params.id}/open`,
  })
  return reply
    .code(isOpen ? 409 : 200)
    .headers(securityHeaders(origins, theme))
    .send(html)
}

async function sendPrompt(
  { ports, issuer, themes }: ConsentPageOptions,
  reply: FastifyReply,
  { request, sheet }: PendingConsent,
  { opener, isSelectionEmpty = false }: PromptPage,
): Promise<FastifyReply> {
  const { walletId } = request.user
  const origins = ports.registry.wallets.get(walletId)?.origins ?? []
  const theme = themes().get(walletId) ?? PLAIN_THEME
  const user = await findUser(ports.directory, request.user).catch((error: AssentError) => {
    // The user can decide without a preview of the values.
    reply.log.warn(
      { err: error.cause },
      'The directory is unavailable. The consent prompt is shown without the values of the user.',
    )
    return undefined
  })
  const iconUrl = iconPathOf(issuer, sheet.miniProgram)
  const html = renderConsentPrompt({
    sheet,
    sheetHash: request.sheetHash,
    opener,
    action: `/consent/${(reply.request as IdRequest).params.id}`,
    theme,
    icons: Object.fromEntries(
      sheet.scopes.map(({ scope }) => [scope, ports.registry.scopes.get(scope)?.icon ?? 'circle']),
    ),
    previews: Object.fromEntries(
      sheet.scopes.map(({ scope, fields }) => [scope, previewOf(user ?? {}, fields, sheet.locale)]),
    ),
    origins,
    isSelectionEmpty,
    ...(iconUrl !== undefined && { iconUrl }),
    ...(theme.logo && { logoUrl: `/consent/logos/${walletId}` }),
  })
  return reply.headers(securityHeaders(origins, theme)).send(html)
}

function sendStatusPage(
  reply: FastifyReply,
  status: number,
  content: StatusPageContent,
): FastifyReply {
  const headers = securityHeaders(content.origins, content.theme)
  return reply.code(status).headers(headers).send(renderStatusPage(content))
}
