/**
 * @module What clients sign by mistake: for each part of the signed content, the other ways in which it is written.
 */
import { parseRequestTime } from '@assent/protocol'
import type { RequestText } from './raw-request.ts'

export type Candidate<T = Buffer> = {
  /** What was done, so that it completes “you signed”. Empty: as it should be. */
  readonly mistake: string
  readonly value: T
}

type Layout = (method: Buffer, path: Buffer, clientId: Buffer, time: Buffer, body: Buffer) => Buffer

const text = (value: string): Buffer => Buffer.from(value)
const lf = text('\n')
const dot = text('.')

const RIGHT_LAYOUT: Layout = (method, path, clientId, time, body) =>
  Buffer.concat([method, text(' '), path, lf, clientId, dot, time, dot, body])

export function expected<T>(value: T): Candidate<T> {
  return { mistake: '', value }
}

export function layoutCandidates(): readonly Candidate<Layout>[] {
  const joined =
    (between: string, inner = '.', after = ''): Layout =>
    (method, path, clientId, time, body) =>
      Buffer.concat([
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
      ])
  return [
    expected(RIGHT_LAYOUT),
    { mistake: 'a line feed after the body', value: joined('\n', '.', '\n') },
    { mistake: 'a carriage return and line feed between the two lines', value: joined('\r\n') },
    { mistake: 'a backslash and an n where the line feed belongs', value: joined('\\n') },
    { mistake: 'no line feed between the two lines', value: joined('') },
    { mistake: 'a space where the line feed belongs', value: joined(' ') },
    { mistake: 'line feeds where the dots belong', value: joined('\n', '\n') },
    { mistake: 'nothing where the dots belong', value: joined('\n', '') },
    { mistake: 'commas where the dots belong', value: joined('\n', ',') },
    { mistake: 'only the body', value: (_method, _path, _clientId, _time, body) => body },
    {
      mistake: 'only the second line',
      value: (_method, _path, clientId, time, body) =>
        Buffer.concat([clientId, dot, time, dot, body]),
    },
    {
      mistake: 'no method and no space before the path',
      value: (_method, path, clientId, time, body) =>
        Buffer.concat([path, lf, clientId, dot, time, dot, body]),
    },
    {
      mistake: 'the time before the Client-Id',
      value: (method, path, clientId, time, body) =>
        RIGHT_LAYOUT(method, path, time, clientId, body),
    },
  ]
}

export function methodCandidates(): readonly Candidate[] {
  return [
    expected(text('POST')),
    { mistake: 'the method post in small letters', value: text('post') },
    { mistake: 'the method GET', value: text('GET') },
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
      mistake: `the path without ${prefix}`,
      value: text(path.slice(prefix.length)),
    })),
    ...prefixes.map((prefix) => ({
      mistake: `the path with ${prefix} in front, which was not sent`,
      value: text(prefix + path),
    })),
    { mistake: 'the whole URL, with https and host', value: text(`https://${host}${path}`) },
    { mistake: 'the whole URL, with http and host', value: text(`http://${host}${path}`) },
    { mistake: 'the host and the path', value: text(host + path) },
    ...(query === undefined
      ? []
      : [{ mistake: 'the path without its query string', value: text(bare) }]),
    { mistake: 'the path with a slash at its end', value: text(`${path}/`) },
    { mistake: 'the path without the slash at its end', value: text(path.replace(/\/$/, '')) },
    { mistake: 'the path without the slash in front', value: text(path.slice(1)) },
    { mistake: 'the path in small letters', value: text(path.toLowerCase()) },
    { mistake: 'the path percent-encoded', value: text(encodeURIComponent(path)) },
    { mistake: 'the path percent-decoded', value: text(decoded(path)) },
  ])
}

export function clientIdCandidates(clientId: string): readonly Candidate[] {
  return distinct(text(clientId), [
    { mistake: 'no Client-Id', value: text('') },
    { mistake: 'the Client-Id in small letters', value: text(clientId.toLowerCase()) },
    { mistake: 'the Client-Id in capital letters', value: text(clientId.toUpperCase()) },
    { mistake: 'the words “Client-Id”', value: text('Client-Id') },
  ])
}

/** The same instant, as other libraries write it; and the neighbours of it, for those who ask the clock twice. */
export function timeCandidates(time: string): readonly Candidate[] {
  const seconds = parseRequestTime(time)
  const instants = seconds === undefined ? [] : [0, -1, 1, -2, 2]
  const written = instants.flatMap((offset) => {
    const date = new Date(((seconds ?? 0) + offset) * 1000)
    const utc = date.toISOString().slice(0, 19)
    const inZone = (hours: number): string =>
      new Date(date.getTime() + hours * 3_600_000).toISOString().slice(0, 19)
    const forms = [
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
    const mistake =
      offset === 0
        ? 'the time in another form than the Request-Time header has'
        : 'another time than the Request-Time header has: take the clock once'
    return forms.map((form) => ({ mistake, value: text(form) }))
  })
  return distinct(text(time), [
    ...written,
    { mistake: 'no time', value: text('') },
    { mistake: 'the words “Request-Time”', value: text('Request-Time') },
    { mistake: 'the time percent-encoded', value: text(encodeURIComponent(time)) },
  ])
}

export function bodyCandidates(
  { body }: RequestText,
  hash: (content: Buffer, encoding: 'hex' | 'base64') => string,
): readonly Candidate[] {
  const sent = body.toString('utf8')
  const value = parsed(sent)
  const again = 'the body written again by a JSON library, not the bytes that were sent'
  const json = (content: unknown, space?: number | string): string =>
    JSON.stringify(content, null, space)
  const escaped = (content: string): string =>
    [...content]
      .map((one) =>
        one > '\x7f'
          ? Array.from(
              { length: one.length },
              (_, n) => `\\u${one.charCodeAt(n).toString(16).padStart(4, '0')}`,
            ).join('')
          : one,
      )
      .join('')
  const rewritten =
    value === undefined
      ? []
      : [
          json(value),
          json(sorted(value)),
          json(value, 2),
          json(value, 4),
          json(value, '\t'),
        ].flatMap((one) => [
          one,
          spaced(one),
          escaped(spaced(one)),
          escaped(one),
          one.replaceAll('/', '\\/'),
        ])
  return distinct(body, [
    ...rewritten.map((one) => ({ mistake: again, value: text(one) })),
    { mistake: 'the body without the white space around it', value: text(sent.trim()) },
    { mistake: 'the body with a line feed at its end', value: text(`${sent}\n`) },
    {
      mistake: 'the body with line feeds instead of carriage returns',
      value: text(sent.replaceAll('\r\n', '\n')),
    },
    {
      mistake: 'the body with carriage returns before its line feeds',
      value: text(sent.replace(/\r?\n/g, '\r\n')),
    },
    { mistake: 'the body in ISO 8859-1, and UTF-8 was sent', value: Buffer.from(sent, 'latin1') },
    {
      mistake: 'the body encoded in UTF-8 twice',
      value: Buffer.from(body.toString('latin1'), 'utf8'),
    },
    { mistake: 'the body in UTF-16', value: Buffer.from(sent, 'utf16le') },
    { mistake: 'the body behind a byte order mark', value: text(`\ufeff${sent}`) },
    {
      mistake: 'the body with characters escaped that were sent as they are',
      value: text(escaped(sent)),
    },
    { mistake: 'the body percent-encoded', value: text(encodeURIComponent(sent)) },
    { mistake: 'no body', value: text('') },
    { mistake: 'an empty JSON object instead of the body', value: text('{}') },
    { mistake: 'the hash of the body instead of the body', value: text(hash(body, 'hex')) },
    { mistake: 'the hash of the body instead of the body', value: text(hash(body, 'base64')) },
  ])
}

/** Without those that are as they should be. */
function distinct(right: Buffer, guesses: readonly Candidate[]): readonly Candidate[] {
  return [expected(right), ...guesses.filter(({ value }) => !value.equals(right))]
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

/** As Python writes JSON. */
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
