/**
 * @module Parses a request that is given as text, as a proxy or a debugger shows it: request line, headers, an empty line, body.
 */

import { decodeLatin1 } from './bytes.ts'

export type RawRequest = {
  readonly method: string
  readonly target: string
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array
}

/** @returns `undefined` when the text is not an HTTP request */
export function readRawRequest(bytes: Uint8Array): RawRequest | undefined {
  const text = decodeLatin1(bytes)
  const end = /\r?\n\r?\n/.exec(text)
  const head = text.slice(0, end?.index)
  const [first = '', ...lines] = head.split(/\r?\n/)
  const [method, target] = first.split(' ')
  if (!method || !target || !/^[A-Z]+$/.test(method)) return undefined
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0)
      headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const body = end ? bytes.subarray(end.index + end[0].length) : new Uint8Array(0)
  return { method, target, headers, body }
}
