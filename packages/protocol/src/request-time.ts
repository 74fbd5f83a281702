/**
 * @module `Request-Time` in the forms that merchants' servers send it (contract: openapi §1).
 */

const EPOCH_MILLISECONDS = /^\d{12,14}$/
const ISO_8601 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{0,9})?)?(Z|[+-]\d{2}:?\d{2})$/

/** Epoch seconds, or `undefined` when the text is in none of the known forms. */
export function parseRequestTime(text: string): number | undefined {
  if (EPOCH_MILLISECONDS.test(text)) return Math.floor(Number(text) / 1000)
  const match = ISO_8601.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second = '00', zone = 'Z'] = match
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`)
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000)
}

/** RFC 3339 with a colon in the offset and whole seconds, as replies carry times. */
export function formatTime(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, -'.000Z'.length)}+00:00`
}
