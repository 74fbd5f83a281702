/**
 * @module The consent page: `GET /consent/:id` asks, `POST` answers, `/done` tells the host. The id is the right to
 * answer: 192 random bits that only the wallet was given, for one question, for ten minutes.
 */
import type { ConsentDuration, Sheet } from '@assent/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  decideConsent,
  dismissConsent,
  type PendingConsent,
  readPendingConsent,
} from '../../engine/consent/decide.ts'
import { chooseLocale } from '../../engine/consent/prompt.ts'
import { AssentError } from '../../engine/errors.ts'
import type { StatusPage } from '../../engine/locales/messages.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import { StoreUnavailableError } from '../../engine/ports/store.ts'
import { findUser } from '../../engine/users/find-user.ts'
import { previewOf } from '../../engine/users/profile.ts'
import { securityHeaders } from '../html/assets.ts'
import { renderStatusPage, type StatusPageContent } from '../html/layout.tsx'
import { requireOwnPage } from '../html/same-origin.ts'
import { type Image, PLAIN_THEME, type Theme } from '../html/theme-types.ts'
import { choiceName, isGiven, questionsOf, renderSheet } from './consent-prompt.tsx'
import { CONSENT_PAGE_ENDPOINTS } from './endpoints.ts'

export type ConsentPageOptions = {
  readonly ports: Ports
  readonly issuer: string
  readonly clock: () => number
  /** Icons of mini programs, by appId. */
  readonly icons: () => ReadonlyMap<string, Image>
  /** How it looks in each wallet. */
  readonly themes: () => ReadonlyMap<string, Theme>
}

type IdRequest = FastifyRequest<{ Params: { id: string } }>

const STATUS_PAGES: Readonly<Partial<Record<AssentError['code'], StatusPage>>> = {
  CONSENT_REQUEST_UNKNOWN: 'unknown',
  CONSENT_REQUEST_EXPIRED: 'expired',
  CONSENT_REQUEST_USED: 'used',
}

export async function consentPageRoutes(
  face: FastifyInstance,
  options: ConsentPageOptions,
): Promise<void> {
  const { ports, clock, icons } = options
  face.removeAllContentTypeParsers()
  face.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 16 * 1024 },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  )

  face.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders([], PLAIN_THEME))
  })

  face.get(CONSENT_PAGE_ENDPOINTS.prompt.path, async (request: IdRequest, reply) => {
    const pending = await readPendingConsent(ports, request.params.id, clock())
    const { appId, user } = pending.request
    const scopes = pending.sheet.scopes.map(({ scope }) => scope)
    ports.funnel.count('viewed', { appId, user, scopes })
    return sendSheet(options, reply, pending, false)
  })

  face.post(CONSENT_PAGE_ENDPOINTS.prompt.path, async (request: IdRequest, reply) => {
    requireOwnPage(request, options.issuer)
    const { id } = request.params
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    const pending = await readPendingConsent(ports, id, clock())
    const answer = readAnswer(form, pending)
    if (answer.kind === 'none') return sendSheet(options, reply, pending, answer.nothingChosen)
    if (answer.kind === 'dismiss') await dismissConsent(ports, id, clock())
    else {
      const { granted, lifetime } = answer
      const sheetHash = form.get('sheetHash') ?? ''
      await decideConsent(ports, { consentRequestId: id, sheetHash, granted, lifetime }, clock())
    }
    return reply.redirect(`/consent/${id}/done`, 303)
  })

  face.get(CONSENT_PAGE_ENDPOINTS.done.path, async (request: IdRequest, reply) => {
    const consent = await ports.store.readConsentRequest(ports.hasher.sha256(request.params.id))
    if (!consent?.outcome) throw new AssentError('CONSENT_REQUEST_UNKNOWN')
    const { locale } = JSON.parse(consent.sheet) as { locale: string }
    const { walletId } = consent.user
    return sendStatusPage(reply, 200, {
      page: 'done',
      locale: chooseLocale(locale),
      theme: options.themes().get(walletId) ?? PLAIN_THEME,
      origins: ports.registry.wallets.get(walletId)?.origins ?? [],
      outcome: consent.outcome === 'dismissed' ? 'dismissed' : 'decided',
    })
  })

  face.get(
    CONSENT_PAGE_ENDPOINTS.icon.path,
    async (request: FastifyRequest<{ Params: { appId: string } }>, reply) => {
      return sendImage(reply, icons().get(request.params.appId))
    },
  )

  face.get(
    CONSENT_PAGE_ENDPOINTS.logo.path,
    async (request: FastifyRequest<{ Params: { walletId: string } }>, reply) => {
      return sendImage(reply, options.themes().get(request.params.walletId)?.logo)
    },
  )

  face.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const refusal = error instanceof AssentError ? error.code : undefined
    // Decisions that were made up or altered are counted by what is wrong with them.
    request.resultCode = refusal ?? ''
    const isUnavailable = error instanceof StoreUnavailableError
    if (isUnavailable) reply.header('retry-after', '1')
    if (!refusal && (error.statusCode ?? 500) >= 500)
      request.log.error({ err: error }, 'the consent page failed')
    return sendStatusPage(reply, refusal ? 400 : isUnavailable ? 503 : (error.statusCode ?? 500), {
      page: (refusal && STATUS_PAGES[refusal]) ?? 'failed',
      locale: chooseLocale(request.headers['accept-language']),
      theme: PLAIN_THEME,
      // Nobody knows whose question it was: any wallet of this server may show this page, and it says nothing.
      origins: [...ports.registry.wallets.values()].flatMap(({ origins }) => origins),
      outcome: undefined,
    })
  })
}

/** An SVG that is opened by itself is a document: the policy keeps it from running anything. */
function sendImage(reply: FastifyReply, picture: Image | undefined): FastifyReply {
  if (!picture) return reply.code(404).send()
  return reply
    .headers({
      'content-type': picture.type,
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=3600',
    })
    .send(picture.bytes)
}

type Answer =
  | {
      readonly kind: 'decide'
      readonly granted: readonly string[]
      readonly lifetime?: ConsentDuration
    }
  | { readonly kind: 'dismiss' }
  | { readonly kind: 'none'; readonly nothingChosen: boolean }

function readAnswer(form: URLSearchParams, { sheet }: PendingConsent): Answer {
  switch (form.get('answer')) {
    case 'decline':
      return { kind: 'decide', granted: [] }
    case 'dismiss':
      return { kind: 'dismiss' }
    case 'allow': {
      const granted = grantedIn(form, sheet)
      if (granted.length === 0) return { kind: 'none', nothingChosen: true }
      return { kind: 'decide', granted, lifetime: readLifetime(form.get('lifetime'), sheet) }
    }
    default:
      return { kind: 'none', nothingChosen: false }
  }
}

/** What is given without a switch, and what was switched on. Whether that may be is the engine's to say. */
function grantedIn(form: URLSearchParams, sheet: Sheet): readonly string[] {
  const questions = questionsOf(sheet)
  const given = questions
    .filter((question) => isGiven(questions, question))
    .map(({ row, smaller }) => {
      const least = smaller.at(-1) ?? row
      return form.get(choiceName(row.scope)) ?? least.scope
    })
  return [...new Set([...given, ...form.getAll('granted')])]
}

/** @throws {AssentError} `DECISION_INVALID` */
function readLifetime(chosen: string | null, sheet: Sheet): ConsentDuration {
  if (chosen === null) return sheet.lifetime
  const lifetime = sheet.lifetimes.find((one) => one === chosen)
  if (!lifetime) throw new AssentError('DECISION_INVALID')
  return lifetime
}

async function sendSheet(
  { ports, icons, themes }: ConsentPageOptions,
  reply: FastifyReply,
  { request, sheet }: PendingConsent,
  nothingChosen: boolean,
): Promise<FastifyReply> {
  const { walletId } = request.user
  const origins = ports.registry.wallets.get(walletId)?.origins ?? []
  const theme = themes().get(walletId) ?? PLAIN_THEME
  const user = await findUser(ports.directory, request.user).catch((error: AssentError) => {
    // The question can be answered without seeing one's own values.
    reply.log.warn({ err: error.cause }, 'the sheet is shown without values')
    return undefined
  })
  const { appId } = sheet.miniProgram
  const html = renderSheet({
    sheet,
    sheetHash: request.sheetHash,
    theme,
    icons: Object.fromEntries(
      sheet.scopes.map(({ scope }) => [scope, ports.registry.scopes.get(scope)?.icon ?? 'circle']),
    ),
    previews: Object.fromEntries(
      sheet.scopes.map(({ scope, fields }) => [scope, previewOf(user ?? {}, fields)]),
    ),
    origins,
    nothingChosen,
    ...(icons().has(appId) && { iconUrl: `/consent/icons/${appId}` }),
    ...(theme.logo && { logoUrl: `/consent/logos/${walletId}` }),
  })
  return reply.headers(securityHeaders(origins, theme)).send(html)
}

function sendStatusPage(
  reply: FastifyReply,
  status: number,
  quiet: StatusPageContent,
): FastifyReply {
  const headers = securityHeaders(quiet.origins, quiet.theme)
  return reply.code(status).headers(headers).send(renderStatusPage(quiet))
}
