/**
 * @module The page that posts an authorization response to the client (`response_mode=form_post`). The response is sealed in the address of
 * the page, so that the address contains no code.
 * @see [OAuth 2.0 Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html)
 */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { renderToStaticMarkup } from 'preact-render-to-string'
import type { FormResponseClaims } from '../../../engine/ports/credentials.ts'
import type { OAuthOptions } from '../context.ts'
import { OAuthError } from '../errors.ts'
import { queryOf, readForm } from '../form-parameters.ts'

const SCRIPT = 'document.forms[0].submit()'
const SCRIPT_HASH = createHash('sha256').update(SCRIPT).digest('base64')
/** Without `form-action`: browsers would apply it to the redirects that the client answers the form with. */
const POLICY = `default-src 'none'; script-src 'sha256-${SCRIPT_HASH}'; base-uri 'none'; frame-ancestors 'none'`

/** @throws {OAuthError} `invalid_request` */
export async function postResponse(
  { ports, clock }: OAuthOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const response = readForm(queryOf(request)).require('response')
  const claims = ports.credentials.openFormResponse(response)
  if (!claims || clock() >= claims.expiresAt)
    throw new OAuthError('invalid_request', 'This page has expired. Start again at the client.')
  return reply
    .headers({
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-type': 'text/html; charset=utf-8',
    })
    .send(renderForm(claims))
}

/** The button is for browsers without scripts. */
function renderForm({ uri, parameters }: FormResponseClaims): string {
  return `<!doctype html>${renderToStaticMarkup(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>OAuth</title>
      </head>
      <body>
        <form method="post" action={uri}>
          {Object.entries(parameters).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <noscript>
            <button type="submit">OK</button>
          </noscript>
        </form>
        <script dangerouslySetInnerHTML={{ __html: SCRIPT }} />
      </body>
    </html>,
  )}`
}
