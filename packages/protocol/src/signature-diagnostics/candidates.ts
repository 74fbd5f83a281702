/**
 * @module Common mistakes of clients: for each part of the signed content, the other values that clients sign instead.
 */
import { parseRequestTime } from '../request-time.ts'
import {
  areEqual,
  concatBytes,
  decodeLatin1,
  decodeUtf8,
  encodeLatin1,
  encodeUtf8,
  encodeUtf16,
  toBase64,
  toHex,
} from './bytes.ts'
import type { RawRequest } from './raw-request.ts'

export type Candidate<T = Uint8Array> = {
  /** Completes the sentence “You signed …”. Empty for the expected value. */
  readonly description: string
  readonly value: T
}

export type Layout = (
  method: Uint8Array,
  path: Uint8Array,
  clientId: Uint8Array,
  time: Uint8Array,
  body: Uint8Array,
) => Uint8Array

const text = encodeUtf8
const lf = text('\n')
const dot = text('.')

const EXPECTED_LAYOUT: Layout = (method, path, clientId, time, body) =>
  concatBytes(method, text(' '), path, lf, clientId, dot, time, dot, body)

export function expected<T>(value: T): Candidate<T> {
  return { description: '', value }
}

export function layoutCandidates(): readonly Candidate<Layout>[] {
  const joined =
    (between: string, inner = '.', after = ''): Layout =>
    (method, path, clientId, time, body) =>
      concatBytes(
        method,
        text(' '),
        path,
        text(between),
        clientId,
        text(inner),
        time,
        text(inner),
        body,
        text(after),
      )
  return [
    expected(EXPECTED_LAYOUT),
    { description: 'a line feed after the body', value: joined('\n', '.', '\n') },
    { description: 'a carriage return and line feed between the two lines', value: joined('\r\n') },
    { description: 'a backslash and an n instead of the line feed', value: joined('\\n') },
    { description: 'no line feed between the two lines', value: joined('') },
    { description: 'a space instead of the line feed', value: joined(' ') },
    { description: 'line feeds instead of the dots', value: joined('\n', '\n') },
    { description: 'nothing instead of the dots', value: joined('\n', '') },
    { description: 'commas instead of the dots', value: joined('\n', ',') },
    { description: 'only the body', value: (_method, _path, _clientId, _time, body) => body },
    {
      description: 'only the second line',
      value: (_method, _path, clientId, time, body) => concatBytes(clientId, dot, time, dot, body),
    },
    {
      description: 'no method and no space before the path',
      value: (_method, path, clientId, time, body) =>
        concatBytes(path, lf, clientId, dot, time, dot, body),
    },
    {
      description: 'the time before the Client-Id',
      value: (method, path, clientId, time, body) =>
        EXPECTED_LAYOUT(method, path, time, clientId, body),
    },
  ]
}

export function methodCandidates(): readonly Candidate[] {
  return [
    expected(text('POST')),
    { description: 'the method post in lower case', value: text('post') },
    { description: 'the method GET', value: text('GET') },
  ]
}

/** @param prefixes of the paths of other dialects */
export function pathCandidates(
  path: string,
  host: string,
  prefixes: readonly string[],
): readonly Candidate[] {
  const [bare = '', query] = path.split('?', 2)
  const unprefixed = prefixes.filter((prefix) => bare.startsWith(`${prefix}/`))
  return distinct(text(path), [
    ...unprefixed.map((prefix) => ({
      description: `the path without ${prefix}`,
      value: text(path.slice(prefix.length)),
    })),
    ...prefixes.map((prefix) => ({
      description: `the path with ${prefix} in front, but sent it without`,
      value: text(prefix + path),
    })),
    { description: 'the whole URL, with https and host', value: text(`https://${host}${path}`) },
    { description: 'the whole URL, with http and host', value: text(`http://${host}${path}`) },
    { description: 'the host and the path', value: text(host + path) },
    ...(query === undefined
      ? []
      : [{ description: 'the path without its query string', value: text(bare) }]),
    { description: 'the path with a slash at the end', value: text(`${path}/`) },
    { description: 'the path without the slash at the end', value: text(path.replace(/\/$/, '')) },
    { description: 'the path without its first slash', value: text(path.slice(1)) },
    { description: 'the path in lower case', value: text(path.toLowerCase()) },
    { description: 'the path percent-encoded', value: text(encodeURIComponent(path)) },
    { description: 'the path percent-decoded', value: text(decoded(path)) },
  ])
}

export function clientIdCandidates(clientId: string): readonly Candidate[] {
  return distinct(text(clientId), [
    { description: 'no Client-Id', value: text('') },
    { description: 'the Client-Id in lower case', value: text(clientId.toLowerCase()) },
    { description: 'the Client-Id in upper case', value: text(clientId.toUpperCase()) },
    { description: 'the text “Client-Id”', value: text('Client-Id') },
  ])
}

/** The same time in other formats, and times up to two seconds apart, because some clients read the clock twice. */
export function timeCandidates(time: string): readonly Candidate[] {
  const seconds = parseRequestTime(time)
  const instants = seconds === undefined ? [] : [0, -1, 1, -2, 2]
  const formatted = instants.flatMap((offset) => {
    const date = new Date(((seconds ?? 0) + offset) * 1000)
    const utc = date.toISOString().slice(0, 19)
    const inZone = (hours: number): string =>
      new Date(date.getTime() + hours * 3_600_000).toISOString().slice(0, 19)
    const formats = [
      `${utc}Z`,
      `${utc}.000Z`,
      `${utc}+00:00`,
      `${utc}+0000`,
      utc,
      utc.replace('T', ' '),
      `${inZone(8)}+08:00`,
      `${inZone(8)}+0800`,
      `${inZone(7)}+07:00`,
      `${inZone(1)}+01:00`,
      String(date.getTime()),
      String(date.getTime() / 1000),
    ]
    const description =
      offset === 0
        ? 'the time in another format than the Request-Time header'
        : 'another time than the Request-Time header (read the clock once per request)'
    return formats.map((form) => ({ description, value: text(form) }))
  })
  return distinct(text(time), [
    ...formatted,
    { description: 'no time', value: text('') },
    { description: 'the text “Request-Time”', value: text('Request-Time') },
    { description: 'the time percent-encoded', value: text(encodeURIComponent(time)) },
  ])
}

export function bodyCandidates({ body }: RawRequest, bodyHash: Uint8Array): readonly Candidate[] {
  const sent = decodeUtf8(body)
  const value = parsed(sent)
  const reserialized =
    'the body as a JSON library serializes it again, not the bytes that were sent'
  const json = (content: unknown, space?: number | string): string =>
    JSON.stringify(content, null, space)
  const escaped = (content: string): string =>
    content.replaceAll(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  const forms =
    value === undefined
      ? []
      : [
          json(value),
          json(sorted(value)),
          json(value, 2),
          json(value, 4),
          json(value, '\t'),
        ].flatMap((form) => [
          form,
          spaced(form),
          escaped(spaced(form)),
          escaped(form),
          form.replaceAll('/', '\\/'),
        ])
  return distinct(body, [
    ...forms.map((form) => ({ description: reserialized, value: text(form) })),
    { description: 'the body without the white space around it', value: text(sent.trim()) },
    { description: 'the body with a line feed at the end', value: text(`${sent}\n`) },
    {
      description: 'the body with line feeds instead of carriage returns',
      value: text(sent.replaceAll('\r\n', '\n')),
    },
    {
      description: 'the body with carriage returns before its line feeds',
      value: text(sent.replace(/\r?\n/g, '\r\n')),
    },
    {
      description: 'the body in ISO 8859-1, but sent it in UTF-8',
      value: encodeLatin1(sent),
    },
    {
      description: 'the body encoded in UTF-8 twice',
      value: text(decodeLatin1(body)),
    },
    { description: 'the body in UTF-16', value: encodeUtf16(sent) },
    { description: 'the body with a byte order mark in front', value: text(`\ufeff${sent}`) },
    {
      description: 'the body with escaped characters that were sent without escapes',
      value: text(escaped(sent)),
    },
    { description: 'the body percent-encoded', value: text(encodeURIComponent(sent)) },
    { description: 'no body', value: text('') },
    { description: 'an empty JSON object instead of the body', value: text('{}') },
    { description: 'the hash of the body instead of the body', value: text(toHex(bodyHash)) },
    { description: 'the hash of the body instead of the body', value: text(toBase64(bodyHash)) },
  ])
}

/** Puts the expected value first, and removes candidates that equal it. */
function distinct(right: Uint8Array, candidates: readonly Candidate[]): readonly Candidate[] {
  return [expected(right), ...candidates.filter(({ value }) => !areEqual(value, right))]
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]))
}

/** Formats JSON as Python does, with a space after colons and commas. */
function spaced(json: string): string {
  return json.replace(/("(?:[^"\\]|\\.)*")|([,:])/g, (_, string?: string, mark?: string) =>
    string === undefined ? `${mark} ` : string,
  )
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
