/**
 * @module The session of a person who has signed in at /admin/sign-in. The browser sends its cookie, and changes need its CSRF token.
 * @see docs/administrators.md#sessions
 */
import type { Authorize } from './authorize.ts'

/** For a page of the same server. Rejects when nobody has signed in. */
export function browserSession(): Authorize {
  let csrfToken: string | undefined
  return async ({ issuer, fetch: send, isChange }) => {
    if (!isChange) return {}
    csrfToken ??= await readCsrfToken(issuer, send)
    return { 'csrf-token': csrfToken }
  }
}

async function readCsrfToken(issuer: string, send: typeof fetch): Promise<string> {
  const reply = await send(`${issuer}/admin/session`)
  if (!reply.ok) throw new Error('Nobody has signed in: open /admin/sign-in first.')
  const { csrfToken } = (await reply.json()) as { readonly csrfToken: string }
  return csrfToken
}
