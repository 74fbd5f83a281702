/**
 * @module Connections to the platform: https, or http on this machine; and why one failed.
 */
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * @param name begins the error message
 * @throws {TypeError} when the URL is plain http and not loopback
 */
export function requireHttps(name: string, url: string): URL {
  const parsed = new URL(url)
  if (parsed.protocol !== 'https:' && !LOOPBACK.has(parsed.hostname)) {
    throw new TypeError(
      `${name} ${parsed.origin} must use https, because plain http would expose tokens in transit.`,
    )
  }
  return parsed
}

/** `fetch` wraps the error of the connection, whose code says most. */
export function describeFailure(error: unknown, timeoutMilliseconds: number): string {
  const { name, code, message, cause } = error as NodeJS.ErrnoException & { cause?: unknown }
  if (name === 'TimeoutError') return `it took longer than ${timeoutMilliseconds} ms`
  if (cause instanceof Error) return describeFailure(cause, timeoutMilliseconds)
  return [code, message].filter(Boolean).join(', ')
}
