/**
 * @module The request that is pasted: a curl command, or the request as it was sent.
 */
import { encodeUtf8, type RawRequest, readRawRequest } from '@assent/protocol/signature-diagnostics'

/** A text that is no request. The message is for the reader. */
export class RequestTextError extends Error {}

/** @throws {RequestTextError} */
export function readRequest(text: string): RawRequest {
  const start = text.trimStart()
  if (/^\$?\s*curl\s/.test(start)) return readCurl(start.replace(/^\$\s*/, ''))
  const request = readRawRequest(encodeUtf8(start))
  if (!request)
    throw new RequestTextError(
      'This is no request. Paste a curl command, or the request line, the headers, an empty line and the body.',
    )
  return request
}

/** The bytes of a request line, headers, an empty line and the body. */
export function toBytes({ method, target, headers, body }: RawRequest): Uint8Array {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head = encodeUtf8(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`)
  const bytes = new Uint8Array(head.length + body.length)
  bytes.set(head)
  bytes.set(body, head.length)
  return bytes
}

const DATA = ['-d', '--data', '--data-raw', '--data-binary', '--data-ascii', '--json']
const WITH_VALUE = [
  '-o',
  '--output',
  '-m',
  '--max-time',
  '-w',
  '--write-out',
  '-u',
  '--user',
  '-A',
  '--user-agent',
  '--retry',
  '--connect-timeout',
  '--cacert',
  '-x',
  '--proxy',
]

function readCurl(command: string): RawRequest {
  const words = splitWords(command).slice(1)
  const headers = new Map<string, string>()
  const data: string[] = []
  let method: string | undefined
  let url: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [name = '', joined] = word.startsWith('--') ? word.split(/=(.*)/s) : [word]
    const value = (): string => joined ?? words.shift() ?? ''
    if (name === '-X' || name === '--request') method = value()
    else if (name === '-H' || name === '--header') addHeader(headers, value())
    else if (DATA.includes(name)) data.push(value())
    else if (name === '--url') url = value()
    else if (WITH_VALUE.includes(name)) value()
    else if (!word.startsWith('-')) url = word
  }
  if (url === undefined) throw new RequestTextError('This curl command has no URL.')
  const body = data.join('&')
  if (body.startsWith('@'))
    throw new RequestTextError(
      `The body is in the file ${body.slice(1)}. Paste its content in place of ${body}.`,
    )
  const { host, target } = splitUrl(url)
  if (!headers.has('host')) headers.set('host', host)
  return {
    method: method ?? (data.length > 0 ? 'POST' : 'GET'),
    target,
    headers,
    body: encodeUtf8(body),
  }
}

function addHeader(headers: Map<string, string>, line: string): void {
  const colon = line.indexOf(':')
  if (colon > 0)
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
}

/** The text after the host is sent as it is written. */
function splitUrl(url: string): { readonly host: string; readonly target: string } {
  const [, host = '', rest = ''] = /^(?:https?:\/\/)?([^/?#]*)([^#]*)/.exec(url) ?? []
  return { host, target: rest.startsWith('/') ? rest : `/${rest}` }
}

/** Quoted parts, and what is between spaces, as a shell for POSIX reads them. */
const WORD =
  /\\\r?\n|\s+|(?:\$'(?:[^'\\]|\\[\s\S])*'|'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[^\n]|[^\s'"\\])+/g
const PART = /\$'((?:[^'\\]|\\[\s\S])*)'|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([^\n])|([^\s'"\\])/g
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

function splitWords(command: string): string[] {
  const words = command.match(WORD) ?? []
  return words.filter((word) => !/^(?:\\\r?\n|\s+)$/.test(word)).map(unquote)
}

function unquote(word: string): string {
  return word.replace(
    PART,
    (_, escaped?: string, single?: string, double?: string, one?: string, plain?: string) => {
      if (escaped !== undefined)
        return escaped.replace(/\\([\s\S])/g, (_all, letter: string) => ESCAPES[letter] ?? letter)
      if (double !== undefined)
        return double.replace(/\\(["\\$`\n])/g, (_all, letter: string) =>
          letter === '\n' ? '' : letter,
        )
      return single ?? one ?? plain ?? ''
    },
  )
}
