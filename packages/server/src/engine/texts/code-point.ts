/**
 * @module The notation of characters in messages.
 */

/** @returns the first character in the notation of Unicode, such as `U+202E` */
export function codePointName(text: string): string {
  const codePoint = text.codePointAt(0) ?? 0
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
}
