/**
 * @module How administrators sign in and out: at the platform's identity provider, with a passkey, or by an invitation that creates one.
 * @see docs/administrators.md#sign-in
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AdminError } from '../../../engine/admin/admin-error.ts'
import { endSession, readSession } from '../../../engine/admin/sessions.ts'
import { securityHeaders } from '../../html/assets.ts'
import { readForm, registerFormBody } from '../../html/form-body.ts'
import { PLAIN_THEME } from '../../html/theme-types.ts'
import { InvalidJsonError, type JsonObject, parseStrictJson } from '../../strict-json.ts'
import { authenticateAdmin, authenticateMember } from '../authenticate.ts'
import { readSessionCookie, sessionCookie } from '../cookies.ts'
import { requireOwnPage } from '../cross-site.ts'
import type { AdminOptions } from '../options.ts'
import { sendProblem, toProblem } from '../problems.ts'
import { ADMIN_SIGN_IN_ENDPOINTS as ENDPOINTS } from './endpoints.ts'
import { beginOidcSignIn, finishOidcSignIn } from './oidc-sign-in.ts'
import { renderHome, renderInvitation, renderSignedIn, renderSignIn } from './pages.tsx'
import {
  acceptWithPasskey,
  beginInvitation,
  beginPasskey,
  finishPasskey,
} from './passkey-sign-in.ts'

const MAX_BODY_BYTES = 16 * 1024

/** A call of the script of a page. It ends with the address of the next page, or with options for the browser. */
type Call = (
  options: AdminOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  body: JsonObject,
) => Promise<object>

export async function adminSignInRoutes(
  app: FastifyInstance,
  options: AdminOptions,
): Promise<void> {
  registerBodies(app)
  addPages(app, options)
  addOidc(app, options)
  const calls: readonly [string, Call][] = [
    [ENDPOINTS.passkeyOptions.path, beginPasskey],
    [ENDPOINTS.passkey.path, finishPasskey],
    [ENDPOINTS.invitationOptions.path, beginInvitation],
    [ENDPOINTS.invitation.path, acceptWithPasskey],
  ]
  for (const [path, call] of calls)
    app.post(path, async (request, reply) => {
      requireOwnPage(request, options.issuer)
      reply.header('cache-control', 'no-store')
      return call(options, request, reply, request.body as JsonObject)
    })
  app.setErrorHandler(async (error: { statusCode?: number }, request, reply) => {
    const problem = toProblem(error, request)
    const isAttempt = request.method === 'POST' && error instanceof AdminError
    if (isAttempt) await options.recordFailure(request)
    return sendProblem(request, reply, problem)
  })
}

/** Forms of the pages, and JSON of their script. */
function registerBodies(app: FastifyInstance): void {
  registerFormBody(app, MAX_BODY_BYTES)
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (_request, body, done) => {
      try {
        done(null, parseStrictJson(body as Buffer))
      } catch (error) {
        done(
          error instanceof InvalidJsonError
            ? new AdminError('invalid', 'The body is no JSON object.')
            : (error as Error),
        )
      }
    },
  )
}

function addPages(app: FastifyInstance, options: AdminOptions): void {
  const { ports, clock, limits, oidc } = options
  app.get(ENDPOINTS.signIn.path, (_request, reply) =>
    sendPage(reply, renderSignIn(oidc !== undefined)),
  )
  app.get(ENDPOINTS.invitation.path, (_request, reply) => sendPage(reply, renderInvitation()))
  app.get(ENDPOINTS.home.path, async (request, reply) => {
    const found = readSession(ports, readSessionCookie(request), limits, clock())
    const signedIn = await found.catch(withoutSession)
    return signedIn
      ? sendPage(reply, renderHome(signedIn))
      : reply.redirect(ENDPOINTS.signIn.path, 303)
  })
  app.get(ENDPOINTS.session.path, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (request.headers.authorization !== undefined) {
      const { id, organization, roles } = await authenticateAdmin(options, request, reply)
      return { serviceAccountId: id, organization, roles }
    }
    const { member, principal, session, csrfToken } = await authenticateMember(options, request)
    const { id, organization, roles } = principal
    const { expiresAt } = session
    return { memberId: id, name: member.document.name, organization, roles, expiresAt, csrfToken }
  })
  app.post(ENDPOINTS.signOut.path, async (request, reply) => {
    const form = readForm(request).get('csrf-token')
    await authenticateMember(options, request, form ?? request.headers['csrf-token'])
    await endSession(ports, readSessionCookie(request))
    return reply.header('set-cookie', sessionCookie('', 0)).redirect(ENDPOINTS.signIn.path, 303)
  })
}

function withoutSession(error: unknown): undefined {
  if (!(error instanceof AdminError)) throw error
}

function addOidc(app: FastifyInstance, options: AdminOptions): void {
  const { oidc } = options
  const required = (): NonNullable<AdminOptions['oidc']> => {
    if (oidc) return oidc
    throw new AdminError(
      'not-found',
      'This server has no identity provider. Sign in with a passkey.',
    )
  }
  app.get(ENDPOINTS.oidc.path, async (_request, reply) =>
    reply.redirect(await beginOidcSignIn(options, required(), reply), 303),
  )
  app.get(ENDPOINTS.oidcCallback.path, async (request, reply) => {
    try {
      await finishOidcSignIn(options, required(), request, reply)
    } catch (error) {
      if (!(error instanceof AdminError)) throw error
      await options.recordFailure(request)
      request.resultCode = error.code
      return sendPage(reply.code(400), renderSignIn(oidc !== undefined, error.message))
    }
    return sendPage(reply, renderSignedIn())
  })
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.headers(securityHeaders([], PLAIN_THEME)).send(html)
}
