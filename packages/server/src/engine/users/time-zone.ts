/**
 * @module Time zones, in which people read dates.
 */

/** @param text an IANA time zone such as `Asia/Manila` */
export function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
