/**
 * @module The client: a function for each method of HTTP, with the paths of the admin API.
 */
import createClient, { type Client } from 'openapi-fetch'
import type { Authorize } from './authorize.ts'
import type { paths } from './generated/admin-api.ts'
import { fetchWithRetries } from './retries.ts'

/** `GET`, `POST`, `PUT`, `PATCH` and `DELETE`. Each resolves to `{ data, error, response }`, and rejects only without a response. */
export type AdminClient = Client<paths>

export type AdminClientOptions = {
  /** The public URL of the server. */
  readonly issuer: string
  /** `serviceAccount(…)` in a program, `browserSession()` on a page of the same server. */
  readonly authorize: Authorize
  /** Default: the global one. */
  readonly fetch?: typeof fetch
}

const READING_METHODS = ['GET', 'HEAD']

/**
 * Adds who sends a request, and an `Idempotency-Key` to a `POST` that has none: it is sent again when the connection or the server
 * fails, and happens once.
 *
 * @example
 * const admin = createAdminClient({ issuer, authorize: serviceAccount({ id: 'sa_onboarding', key }) })
 * const { data, error } = await admin.GET('/clients/{clientId}', { params: { path: { clientId: 'kopi-house' } } })
 */
export function createAdminClient({
  issuer,
  authorize,
  fetch: send = fetch,
}: AdminClientOptions): AdminClient {
  const client = createClient<paths>({
    baseUrl: `${issuer}/admin/v1`,
    fetch: (request) => fetchWithRetries(send, request),
  })
  client.use({
    async onRequest({ request }) {
      const { method, headers } = request
      const isChange = !READING_METHODS.includes(method)
      const own = await authorize({ issuer, fetch: send, isChange })
      for (const [name, value] of Object.entries(own)) headers.set(name, value)
      if (method === 'POST' && !headers.has('Idempotency-Key'))
        headers.set('Idempotency-Key', crypto.randomUUID())
      if (method === 'PATCH' && request.body !== null)
        headers.set('Content-Type', 'application/merge-patch+json')
      return request
    },
  })
  return client
}
