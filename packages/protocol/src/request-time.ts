/**
 * @module Parses the header `Request-Time` in its accepted forms, and formats times for responses.
 *
 * @see docs/merchant-api.md#request-time
 */

const EPOCH_MILLISECONDS = /^\d{12,14}$/
const ISO_8601 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{0,9})?)?(Z|[+-]\d{2}:?\d{2})$/

/**
 * Parses epoch milliseconds or an ISO 8601 time.
 *
 * @returns epoch seconds, or `undefined` when the text has none of the accepted forms
 * @example
 * ```ts
 * import { parseRequestTime } from '@assent/protocol'
 *
 * parseRequestTime('2022-03-21T11:32:32+0800') // 1647833552
 * ```
 */
export function parseRequestTime(text: string): number | undefined {
  if (EPOCH_MILLISECONDS.test(text)) return Math.floor(Number(text) / 1000)
  const match = ISO_8601.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second = '00', zone = 'Z'] = match
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`)
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000)
}

/** Formats epoch seconds as RFC 3339 with whole seconds and the offset `+00:00`, as responses carry times. */
export function formatTime(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, -'.000Z'.length)}+00:00`
}
