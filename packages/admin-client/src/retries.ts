/**
 * @module Sends a request again when that changes nothing twice: a `GET`, and a `POST`, which has an `Idempotency-Key`.
 * @see docs/admin-api.md#repeated-requests
 */

const RETRIED_METHODS = ['GET', 'HEAD', 'POST']
/** Too many requests, and a server that is not available at present. */
const RETRIED_STATUSES = [429, 503]
const DELAYS_MS = [250, 1000]
const MAX_RETRY_AFTER_SECONDS = 10

/** @throws the error of the last attempt, if there was no response */
export async function fetchWithRetries(send: typeof fetch, request: Request): Promise<Response> {
  const delays = RETRIED_METHODS.includes(request.method) ? DELAYS_MS : []
  for (const delay of delays) {
    const response = await send(request.clone()).catch((error: unknown) => {
      if (request.signal.aborted) throw error
    })
    if (response && !RETRIED_STATUSES.includes(response.status)) return response
    const waitMs = response ? retryAfterMs(response) : undefined
    if (response && waitMs === undefined) return response
    await new Promise((resolve) => setTimeout(resolve, waitMs ?? delay))
  }
  return send(request)
}

/** @returns `undefined` if the server asks for more patience than this has */
function retryAfterMs({ headers }: Response): number | undefined {
  const seconds = Number(headers.get('Retry-After') ?? 1)
  return seconds <= MAX_RETRY_AFTER_SECONDS ? seconds * 1000 : undefined
}
