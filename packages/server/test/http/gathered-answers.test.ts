import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { onTestFinished, test } from 'vitest'
import { GatheredResponse } from '../../src/http/response-batching.ts'

const MANY = 50

async function serve(listener: RequestListener): Promise<AddressInfo> {
  const server = createServer({ ServerResponse: GatheredResponse }, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return server.address() as AddressInfo
}

test('each caller gets its own answer, however many are made in one turn', async ({ expect }) => {
  const waiting: (() => void)[] = []
  const { port } = await serve((request, response) => {
    waiting.push(() => response.end(request.url))
    if (waiting.length === MANY) for (const answer of waiting) answer()
  })
  const paths = Array.from({ length: MANY }, (_, n) => `/${n}`)
  const answers = await Promise.all(
    paths.map(async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()),
  )
  expect(answers).toEqual(paths)
})

test('a response is ended when that was said, and written a moment later', async ({ expect }) => {
  const seen: (readonly [boolean, boolean])[] = []
  const { port } = await serve((_request, response) => {
    response.end('done')
    seen.push([response.writableEnded, response.writableFinished])
    response.once('finish', () => seen.push([response.writableEnded, response.writableFinished]))
  })
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('done')
  expect(seen).toEqual([
    [true, false],
    [true, true],
  ])
})

test('what is ended again keeps its first end', async ({ expect }) => {
  const { port } = await serve((_request, response) => {
    response.end('done')
    response.end()
  })
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('done')
})

test('who hangs up takes no answer from the others of the group', async ({ expect }) => {
  const waiting: (() => void)[] = []
  const { port } = await serve((request, response) => {
    waiting.push(() => {
      if (request.url === '/gone') request.socket.destroy()
      response.end(request.url)
    })
    if (waiting.length === 3) for (const answer of waiting) answer()
  })
  const gone = connect(port, '127.0.0.1')
  const closed = new Promise((resolve) => gone.once('close', resolve))
  gone.on('error', () => {})
  gone.write('GET /gone HTTP/1.1\r\nhost: a\r\n\r\n')
  const answers = await Promise.all(
    ['/one', '/two'].map(async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()),
  )
  await closed
  expect(answers).toEqual(['/one', '/two'])
})
