/**
 * @module The consent page: `GET /consent/:id` asks, `POST` answers, `/done` tells the host. The id is the right to
 * answer: 192 random bits that only the wallet was given, for one question, for ten minutes.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  decideConsent,
  dismissConsent,
  type PendingConsent,
  readPendingConsent,
} from '../../engine/consent.ts'
import { type Ports, StoreUnavailable } from '../../engine/ports.ts'
import { previewOf } from '../../engine/profile.ts'
import { Refusal } from '../../engine/refusal.ts'
import { chooseLocale } from '../../engine/sheet.ts'
import { findUser } from '../../engine/users.ts'
import { securityHeaders } from './assets.ts'
import { type Quiet, renderQuiet, renderSheet } from './page.tsx'
import type { QuietPage } from './texts.ts'

export type IconFile = { readonly type: string; readonly bytes: Buffer }

export type ConsentFaceOptions = {
  readonly ports: Ports
  readonly issuer: string
  readonly clock: () => number
  /** Icons of mini programs, by appId. */
  readonly icons: () => ReadonlyMap<string, IconFile>
}

type IdRequest = FastifyRequest<{ Params: { id: string } }>

const QUIET_PAGES: Readonly<Partial<Record<Refusal['refusal'], QuietPage>>> = {
  CONSENT_REQUEST_UNKNOWN: 'unknown',
  CONSENT_REQUEST_EXPIRED: 'expired',
  CONSENT_REQUEST_USED: 'used',
}

export async function consentFace(
  face: FastifyInstance,
  options: ConsentFaceOptions,
): Promise<void> {
  const { ports, clock, icons } = options
  face.removeAllContentTypeParsers()
  face.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 16 * 1024 },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  )

  face.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders([]))
  })

  face.get('/consent/:id', async (request: IdRequest, reply) => {
    const pending = await readPendingConsent(ports, request.params.id, clock())
    return sendSheet(options, reply, pending, false)
  })

  face.post('/consent/:id', async (request: IdRequest, reply) => {
    requireOwnPage(request, options.issuer)
    const { id } = request.params
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
    const pending = await readPendingConsent(ports, id, clock())
    const answer = readAnswer(form, pending)
    if (answer.kind === 'none') return sendSheet(options, reply, pending, answer.nothingChosen)
    if (answer.kind === 'dismiss') await dismissConsent(ports, id, clock())
    else {
      const sheetHash = form.get('sheetHash') ?? ''
      await decideConsent(
        ports,
        { consentRequestId: id, sheetHash, granted: answer.granted },
        clock(),
      )
    }
    return reply.redirect(`/consent/${id}/done`, 303)
  })

  face.get('/consent/:id/done', async (request: IdRequest, reply) => {
    const consent = await ports.store.readConsentRequest(ports.hasher.sha256(request.params.id))
    if (!consent?.outcome) throw new Refusal('CONSENT_REQUEST_UNKNOWN')
    const { locale } = JSON.parse(consent.sheet) as { locale: string }
    return sendQuiet(reply, 200, {
      page: 'done',
      locale: chooseLocale(locale),
      origins: ports.registry.wallets.get(consent.user.walletId)?.origins ?? [],
      outcome: consent.outcome === 'dismissed' ? 'dismissed' : 'decided',
    })
  })

  face.get(
    '/consent/icons/:appId',
    async (request: FastifyRequest<{ Params: { appId: string } }>, reply) => {
      const icon = icons().get(request.params.appId)
      if (!icon) return reply.code(404).send()
      // An SVG that is opened by itself is a document: the policy keeps it from running anything.
      return reply
        .headers({
          'content-type': icon.type,
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
          'x-content-type-options': 'nosniff',
          'cache-control': 'public, max-age=3600',
        })
        .send(icon.bytes)
    },
  )

  face.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const refusal = error instanceof Refusal ? error.refusal : undefined
    const isUnavailable = error instanceof StoreUnavailable
    if (isUnavailable) reply.header('retry-after', '1')
    if (!refusal && (error.statusCode ?? 500) >= 500)
      request.log.error({ err: error }, 'the consent page failed')
    return sendQuiet(reply, refusal ? 400 : isUnavailable ? 503 : (error.statusCode ?? 500), {
      page: (refusal && QUIET_PAGES[refusal]) ?? 'failed',
      locale: chooseLocale(request.headers['accept-language']),
      // Nobody knows whose question it was: any wallet of this server may show this page, and it says nothing.
      origins: [...ports.registry.wallets.values()].flatMap(({ origins }) => origins),
      outcome: undefined,
    })
  })
}

/** A browser says where a form was sent from; only this page's own form is an answer (requirement R065). */
function requireOwnPage({ headers }: FastifyRequest, issuer: string): void {
  const site = headers['sec-fetch-site']
  const { origin } = headers
  const isForeign =
    (site !== undefined && site !== 'same-origin') ||
    // "null" is what our own referrer policy makes of it.
    (origin !== undefined && origin !== 'null' && origin !== issuer)
  if (isForeign) throw new Refusal('DECISION_INVALID')
}

type Answer =
  | { readonly kind: 'decide'; readonly granted: readonly string[] }
  | { readonly kind: 'dismiss' }
  | { readonly kind: 'none'; readonly nothingChosen: boolean }

function readAnswer(form: URLSearchParams, { sheet }: PendingConsent): Answer {
  switch (form.get('answer')) {
    case 'decline':
      return { kind: 'decide', granted: [] }
    case 'dismiss':
      return { kind: 'dismiss' }
    case 'allow': {
      const only = sheet.scopes.length === 1
      const given = sheet.scopes.filter((row) => row.required || only).map(({ scope }) => scope)
      const granted = [...new Set([...given, ...form.getAll('granted')])]
      return granted.length > 0
        ? { kind: 'decide', granted }
        : { kind: 'none', nothingChosen: true }
    }
    default:
      return { kind: 'none', nothingChosen: false }
  }
}

async function sendSheet(
  { ports, icons }: ConsentFaceOptions,
  reply: FastifyReply,
  { request, sheet }: PendingConsent,
  nothingChosen: boolean,
): Promise<FastifyReply> {
  const origins = ports.registry.wallets.get(request.user.walletId)?.origins ?? []
  const user = await findUser(ports.directory, request.user).catch((error: Refusal) => {
    // The question can be answered without seeing one's own values.
    reply.log.warn({ err: error.cause }, 'the sheet is shown without values')
    return undefined
  })
  const { appId } = sheet.miniProgram
  const html = renderSheet({
    sheet,
    sheetHash: request.sheetHash,
    icons: Object.fromEntries(
      sheet.scopes.map(({ scope }) => [scope, ports.registry.scopes.get(scope)?.icon ?? 'circle']),
    ),
    previews: Object.fromEntries(
      sheet.scopes.map(({ scope, fields }) => [scope, previewOf(user ?? {}, fields)]),
    ),
    origins,
    nothingChosen,
    ...(icons().has(appId) && { iconUrl: `/consent/icons/${appId}` }),
  })
  return reply.headers(securityHeaders(origins)).send(html)
}

function sendQuiet(reply: FastifyReply, status: number, quiet: Quiet): FastifyReply {
  return reply.code(status).headers(securityHeaders(quiet.origins)).send(renderQuiet(quiet))
}
