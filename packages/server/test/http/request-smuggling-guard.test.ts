/**
 * @module Requests that a proxy could interpret differently never reach an upstream.
 */
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { INBOX_PATH, startTestGateway, type TestGateway } from '../support/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
beforeEach(() => gateway.reset())
afterAll(() => gateway.close())

describe('ambiguous requests', () => {
  const head = (more: readonly string[], body = '', target = INBOX_PATH, method = 'GET'): string =>
    [
      `${method} ${target} HTTP/1.1`,
      'Host: x',
      `Authorization: Bearer ${gateway.inboxToken}`,
      ...more,
      '',
      body,
    ].join('\r\n')
  const smuggledRequest = (): string => head([])

  it.each<readonly [string, () => string]>([
    [
      'Content-Length before Transfer-Encoding',
      () =>
        head(
          ['Content-Length: 4', 'Transfer-Encoding: chunked'],
          `0\r\n\r\n${smuggledRequest()}`,
          INBOX_PATH,
          'POST',
        ),
    ],
    [
      'Transfer-Encoding before Content-Length',
      () =>
        head(
          ['Transfer-Encoding: chunked', 'Content-Length: 4'],
          `0\r\n\r\n${smuggledRequest()}`,
          INBOX_PATH,
          'POST',
        ),
    ],
    ['two Content-Lengths', () => head(['Content-Length: 0', 'Content-Length: 5'], 'hello')],
    ['a list of Content-Lengths', () => head(['Content-Length: 0, 5'], 'hello')],
    ['a signed Content-Length', () => head(['Content-Length: +0'])],
    [
      'an obscured Transfer-Encoding',
      () => head(['Transfer-Encoding: xchunked'], smuggledRequest()),
    ],
    [
      'two Transfer-Encodings',
      () => head(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n`),
    ],
    ['a space before the colon', () => head(['Content-Length : 5'], 'hello')],
    ['a folded header', () => head(['X: a', ' Transfer-Encoding: chunked'])],
    [
      'a bare line feed',
      () => `GET ${INBOX_PATH} HTTP/1.1\nHost: x\nAuthorization: Bearer ${gateway.inboxToken}\n\n`,
    ],
    ['a null byte in a header', () => head(['X: a\0b'])],
    [
      'a chunk size with a sign',
      () => head(['Transfer-Encoding: chunked'], '+0\r\n\r\n', INBOX_PATH, 'POST'),
    ],
    ['a second Authorization', () => head(['Authorization: Bearer at_x'])],
    [
      'an absolute target of another host with another path',
      () => head([], '', `http://evil.example/x${INBOX_PATH}`),
    ],
    ['a target with a user', () => head([], '', `http://a:b@evil.example/x`)],
    ['an upgrade', () => head(['Connection: Upgrade', 'Upgrade: websocket'], '', '/v1/x')],
    [
      'an upgrade to HTTP/2',
      () =>
        head(
          [
            'Connection: Upgrade, HTTP2-Settings',
            'Upgrade: h2c',
            'HTTP2-Settings: AAMAAABkAAQAAP__',
          ],
          '',
          '/v1/x',
        ),
    ],
    ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['CONNECT', () => head([], '', 'evil.example:443', 'CONNECT')],
    ['TRACE', () => head([], '', INBOX_PATH, 'TRACE')],
    [
      'no host',
      () => `GET ${INBOX_PATH} HTTP/1.1\r\nAuthorization: Bearer ${gateway.inboxToken}\r\n\r\n`,
    ],
    ['two hosts', () => head(['Host: y'])],
    ['HTTP/0.9', () => `GET ${INBOX_PATH}\r\n\r\n`],
    ['HTTP/3.0', () => `GET ${INBOX_PATH} HTTP/3.0\r\nHost: x\r\n\r\n`],
  ])('reach no upstream: %s', async (_, request) => {
    const response = await sendRaw(request())
    expect(response).not.toMatch(/^HTTP\/1\.1 (2|101)/m)
    expect(gateway.otherUpstream.arrived).toEqual([])
    expect(gateway.upstream.arrived).toEqual([])
  })

  it('a request target in absolute form is reduced to its path, and the request reaches the upstream once', async () => {
    const response = await sendRaw(head(['Connection: close'], '', `http://x${INBOX_PATH}`))
    expect(response).toMatch(/^HTTP\/1\.1 200/)
    expect(gateway.otherUpstream.arrived).toHaveLength(1)
  })

  function sendRaw(request: string): Promise<string> {
    const { hostname, port } = new URL(gateway.server.url)
    return new Promise((resolve) => {
      const socket = connect(Number(port), hostname)
      let text = ''
      const done = (): void => {
        socket.destroy()
        resolve(text)
      }
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
      })
      socket.on('end', done)
      socket.on('error', done)
      socket.setTimeout(700, done)
      socket.write(request, 'latin1')
    })
  }
})
