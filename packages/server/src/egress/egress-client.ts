/**
 * @module HTTP client for addresses that clients name. It connects to public addresses only, follows no redirects, and limits
 * the time and size of a response (server-side request forgery).
 */
import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent, type Dispatcher } from 'undici'

export type Answer = { readonly status: number; readonly body: string }

export interface EgressClient {
  /** @throws {Error} when there is no answer: its message says why, and holds nothing that was received */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    timeoutMilliseconds?: number,
  ): Promise<Answer>
  /** @throws {Error} as of `post` */
  get(url: string): Promise<Answer>
  close(): Promise<void>
}

const DEFAULT_TIMEOUT_MILLISECONDS = 5000
const CONNECT_MILLISECONDS = 2000
const MAX_ANSWER_BYTES = 64 * 1024

class EgressError extends Error {
  override readonly name = 'EgressError'
}

/** @param allowPrivate for development, and for clients on networks of the operator's own */
export function createEgressClient({
  allowPrivate,
}: {
  readonly allowPrivate: boolean
}): EgressClient {
  const agent = new Agent({
    connect: {
      timeout: CONNECT_MILLISECONDS,
      ...(!allowPrivate && { lookup: publicLookup }),
    },
    maxHeaderSize: 16 * 1024,
  })

  async function request(
    url: string,
    what: Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'>,
    timeoutMilliseconds: number,
  ): Promise<Answer> {
    const { origin, pathname, search, hostname } = new URL(url)
    // An address that is written as one is not looked up.
    const literal = hostname.replace(/^\[|\]$/g, '')
    if (!allowPrivate && isIP(literal) && !isPublic(literal))
      throw new EgressError('the address is not public')
    try {
      const signal = AbortSignal.timeout(timeoutMilliseconds)
      const path = pathname + search
      const response = await agent.request({ ...what, origin, path, signal })
      return { status: response.statusCode, body: await readCapped(response.body) }
    } catch (error) {
      throw error instanceof EgressError ? error : new EgressError(reasonOf(error))
    }
  }

  return {
    post: (url, headers, body, timeoutMilliseconds = DEFAULT_TIMEOUT_MILLISECONDS) =>
      request(url, { method: 'POST', headers, body }, timeoutMilliseconds),
    get: (url) =>
      request(
        url,
        { method: 'GET', headers: { accept: 'application/json' } },
        DEFAULT_TIMEOUT_MILLISECONDS,
      ),
    close: () => agent.destroy(),
  }
}

async function readCapped(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new EgressError('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Connects to the very addresses that were looked at: a name cannot mean another one a moment later. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '')
    const found = addresses.filter(({ address }) => isPublic(address))
    const [first] = found
    if (!first) return callback(new EgressError('the name has no public address'), '')
    if (options.all) callback(null, found)
    else callback(null, first.address, first.family)
  })
}

function isPublic(address: string): boolean {
  return ipaddr.process(address).range() === 'unicast'
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof EgressError ? error.cause : error
  if (cause instanceof EgressError) return cause.message
  if (cause instanceof Error && 'code' in cause) return String(cause.code)
  return cause instanceof Error ? cause.name : 'unknown'
}
