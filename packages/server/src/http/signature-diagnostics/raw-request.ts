/**
 * @module A request as text: the request line, headers, an empty line, the body; as a proxy or a debugger shows it.
 */

export type RequestText = {
  readonly method: string
  readonly target: string
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** @returns `undefined` when it is no request */
export function readRequestText(bytes: Buffer): RequestText | undefined {
  const end = /\r?\n\r?\n/.exec(bytes.toString('latin1'))
  const head = bytes.toString('latin1', 0, end?.index ?? bytes.length)
  const [first = '', ...lines] = head.split(/\r?\n/)
  const [method, target] = first.split(' ')
  if (!method || !target || !/^[A-Z]+$/.test(method)) return undefined
  const headers = new Map<string, string>()
  for (const line of lines) {
    const at = line.indexOf(':')
    if (at > 0) headers.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim())
  }
  const body = end ? bytes.subarray(end.index + end[0].length) : Buffer.alloc(0)
  return { method, target, headers, body }
}
