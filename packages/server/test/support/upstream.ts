/**
 * @module A server behind the gateway. It records the requests that it receives and responds as the test decides.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Arrived = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Upstream = {
  readonly url: string
  readonly arrived: Arrived[]
  /** Responds to the next requests. */
  answer: (response: ServerResponse, arrived: Arrived) => void
  close(): void
}

export function json(value: unknown, status = 200): Upstream['answer'] {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }
}

export async function startUpstream(): Promise<Upstream> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const arrived = { method, url, headers, body: Buffer.concat(chunks).toString() }
      upstream.arrived.push(arrived)
      upstream.answer(response, arrived)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const upstream: Upstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived: [],
    answer: json({}),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return upstream
}
