/**
 * @module HTTP client for addresses that clients name. It connects to public addresses only, follows no redirects, and limits
 * the time and size of a response (server-side request forgery).
 */
import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, type Dispatcher } from 'undici'
import { isPublicAddress } from './public-address.ts'

export type EgressResponse = { readonly status: number; readonly body: string }

export interface EgressClient {
  /** @throws {EgressError} when there is no response; the message says why and contains nothing that was received */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    timeoutMilliseconds?: number,
  ): Promise<EgressResponse>
  /** @throws {EgressError} as `post` does */
  get(url: string, timeoutMilliseconds?: number): Promise<EgressResponse>
  close(): Promise<void>
}

const DEFAULT_TIMEOUT_MS = 5000
const CONNECT_TIMEOUT_MS = 2000
const MAX_RESPONSE_BYTES = 64 * 1024
const MAX_HEADER_BYTES = 16 * 1024

class EgressError extends Error {
  override readonly name = 'EgressError'
}

/** @param allowPrivate for development, and for clients in private networks of the operator */
export function createEgressClient({
  allowPrivate,
}: {
  readonly allowPrivate: boolean
}): EgressClient {
  const agent = new Agent({
    connect: {
      timeout: CONNECT_TIMEOUT_MS,
      ...(!allowPrivate && { lookup: publicLookup }),
    },
    maxHeaderSize: MAX_HEADER_BYTES,
  })

  async function request(
    url: string,
    options: Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'>,
    timeoutMilliseconds: number,
  ): Promise<EgressResponse> {
    const { origin, pathname, search, hostname } = new URL(url)
    // The lookup checks names only: an IP address in the URL is not looked up.
    const literal = hostname.replace(/^\[|\]$/g, '')
    if (!allowPrivate && isIP(literal) && !isPublicAddress(literal))
      throw new EgressError(`The address ${literal} is not public.`)
    try {
      const signal = AbortSignal.timeout(timeoutMilliseconds)
      const path = pathname + search
      const response = await agent.request({ ...options, origin, path, signal })
      return { status: response.statusCode, body: await readLimited(response.body) }
    } catch (error) {
      throw error instanceof EgressError ? error : new EgressError(reasonOf(error))
    }
  }

  return {
    post: (url, headers, body, timeoutMilliseconds = DEFAULT_TIMEOUT_MS) =>
      request(url, { method: 'POST', headers, body }, timeoutMilliseconds),
    get: (url, timeoutMilliseconds = DEFAULT_TIMEOUT_MS) =>
      request(url, { method: 'GET', headers: { accept: 'application/json' } }, timeoutMilliseconds),
    close: () => agent.destroy(),
  }
}

async function readLimited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > MAX_RESPONSE_BYTES)
      throw new EgressError(`The response is longer than ${MAX_RESPONSE_BYTES / 1024} KB.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Connects to the addresses that it has checked, so that a second lookup cannot return another one (DNS rebinding). */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '')
    const allowed = addresses.filter(({ address }) => isPublicAddress(address))
    const [first] = allowed
    if (!first) return callback(new EgressError(`The name ${hostname} has no public address.`), '')
    if (options.all) callback(null, allowed)
    else callback(null, first.address, first.family)
  })
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof EgressError ? error.cause : error
  if (cause instanceof EgressError) return cause.message
  if (cause instanceof Error && 'code' in cause) return String(cause.code)
  return cause instanceof Error ? cause.name : 'unknown'
}
