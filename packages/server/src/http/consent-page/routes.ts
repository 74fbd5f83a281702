/**
 * @module The consent page: `GET /consent/:id` shows the prompt, `POST` receives the decision, and `/done` reports it to the
 * host. The id authorizes the decision: it has 192 random bits, is sent to the wallet only, and is valid for one prompt.
 * @see docs/consent.md#consent-prompt-rules
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  decideConsent,
  dismissConsent,
  type PendingConsent,
  readPendingConsent,
} from '../../engine/consent/decide.ts'
import { AssentError } from '../../engine/errors.ts'
import { chooseLocale } from '../../engine/locales/choose-locale.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { StoreUnavailableError } from '../../engine/ports/store.ts'
import { findUser } from '../../engine/users/find-user.ts'
import { previewOf } from '../../engine/users/profile.ts'
import { securityHeaders } from '../html/assets.ts'
import { readForm, registerFormBody } from '../html/form-body.ts'
import { renderStatusPage, type StatusPageContent } from '../html/layout.tsx'
import { requireSameOrigin } from '../html/same-origin.ts'
import { type Image, PLAIN_THEME, type Theme } from '../html/theme-types.ts'
import { renderConsentPrompt } from './consent-prompt.tsx'
import { CONSENT_PAGE_ENDPOINTS } from './endpoints.ts'
import { STATUS_PAGES } from './status-pages.ts'
import { parseSubmission } from './submission.ts'

export type ConsentPageOptions = {
  readonly ports: Ports
  readonly issuer: string
  readonly clock: () => number
  /** Icons of mini programs, by appId. */
  readonly icons: () => ReadonlyMap<string, Image>
  /** Themes of wallets, by walletId. */
  readonly themes: () => ReadonlyMap<string, Theme>
}

type IdRequest = FastifyRequest<{ Params: { id: string } }>

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
    const { appId, user } = pending.request
    const scopes = pending.sheet.scopes.map(({ scope }) => scope)
    ports.funnel.count('viewed', { appId, user, scopes })
    return sendPrompt(options, reply, pending, false)
  })

  app.post(CONSENT_PAGE_ENDPOINTS.prompt.path, async (request: IdRequest, reply) => {
    requireSameOrigin(request, options.issuer)
    const { id } = request.params
    const form = readForm(request)
    const pending = await readPendingConsent(ports, id, clock())
    const submission = parseSubmission(form, pending.sheet)
    if (submission.kind === 'incomplete')
      return sendPrompt(options, reply, pending, submission.isSelectionEmpty)
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
      sendImage(reply, options.icons().get(request.params.appId)),
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

async function sendPrompt(
  { ports, icons, themes }: ConsentPageOptions,
  reply: FastifyReply,
  { request, sheet }: PendingConsent,
  isSelectionEmpty: boolean,
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
  const { appId } = sheet.miniProgram
  const html = renderConsentPrompt({
    sheet,
    sheetHash: request.sheetHash,
    theme,
    icons: Object.fromEntries(
      sheet.scopes.map(({ scope }) => [scope, ports.registry.scopes.get(scope)?.icon ?? 'circle']),
    ),
    previews: Object.fromEntries(
      sheet.scopes.map(({ scope, fields }) => [scope, previewOf(user ?? {}, fields, sheet.locale)]),
    ),
    origins,
    isSelectionEmpty,
    ...(icons().has(appId) && { iconUrl: `/consent/icons/${appId}` }),
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
