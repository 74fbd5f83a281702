/**
 * @module Every route has one spelling. A proxy compares paths as sent; no other spelling of a path that it denies reaches the route.
 */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENDPOINTS } from '../../src/http/endpoints.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

/** Sends the request target unchanged. @returns status and body */
function get(target: string, method = 'GET'): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) })
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('end', () => resolve({ status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), text }))
    socket.write(`${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  })
}

const encode = (text: string): string => `%${text.charCodeAt(0).toString(16)}`

/** Each spells `/readyz` for a router that decodes, ends a path early, or merges segments. */
const SPELLINGS: readonly string[] = [
  ...Array.from('/readyz'.slice(1), (letter, index) => {
    const letters = [...'/readyz']
    letters[index + 1] = encode(letter)
    return letters.join('')
  }),
  '/%72%65%61%64%79%7A',
  '/readyz#',
  '/readyz#x',
  '/readyz%23',
  '/readyz%3F',
  '/readyz;x=1',
  '/readyz/',
  '//readyz',
  '/./readyz',
  '/x/../readyz',
  '/%2e/readyz',
  '/%2freadyz',
  '/READYZ',
  '\\readyz',
  'http://x/%72eadyz',
  'http://x//readyz',
]

describe('/readyz', () => {
  it.each(['/readyz', '/readyz?x=1', 'http://x/readyz', 'https://user@x:80/readyz'])(
    'is served as %s',
    async (target) => expect((await get(target)).status).toBe(200),
  )

  it.each(SPELLINGS)('is not served as %s', async (target) => {
    const { status, text } = await get(target)
    expect([400, 404]).toContain(status)
    expect(text).not.toContain('"ready"')
  })
})

it('no route is reached by a path with an encoded letter', async () => {
  const paths = ENDPOINTS.map(({ path }) => path).filter((path) => /^\/\.?[a-z]/.test(path))
  expect(paths.length).toBeGreaterThan(40)
  for (const path of paths) {
    const literal = path.replaceAll(/:\w+|\*/g, 'x')
    const position = literal.search(/[a-z]/)
    const target =
      literal.slice(0, position) + encode(literal[position] ?? '') + literal.slice(position + 1)
    for (const method of ['GET', 'POST']) {
      const { status, text } = await get(target, method)
      expect({ target, method, status }).toMatchObject({ status: 404 })
      expect(text).toMatch(/^x-content-type-options: nosniff/im)
    }
  }
})

it('the metrics are served by their own listener alone', async () => {
  for (const target of ['/metrics', '/%6Detrics', '/metrics#x', 'http://x/metrics'])
    expect((await get(target)).status).toBe(404)
  expect(await server.readMetrics()).toContain('assent_http_request_duration_seconds')
})
