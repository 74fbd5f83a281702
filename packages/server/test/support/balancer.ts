/**
 * @module A load balancer for tests: forwards each request unchanged to a random node.
 */
import { randomInt } from 'node:crypto'
import { createServer, request as httpRequest } from 'node:http'
import type { LoadedConfig } from '../../src/config/loaded-config.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../src/main/start-server.ts'

/** Starts the nodes on free ports, and the balancer on the configured port. A single node gets that port itself. */
export async function startNodes(
  config: LoadedConfig,
  options: ServerOptions,
  count: number,
): Promise<Pick<RunningServer, 'close' | 'metricsUrl'>> {
  if (count === 1) return startServer(config, options)
  const onFreePort = { ...config, listen: { ...config.listen, port: 0 } }
  const nodes = await Promise.all(
    Array.from({ length: count }, () => startServer(onFreePort, options)),
  )
  const balancer = createServer((request, response) => {
    const { hostname, port } = new URL(nodes[randomInt(count)]?.url ?? '')
    const { method, url: path, rawHeaders: headers } = request
    const upstream = httpRequest({ hostname, port, method, path, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.rawHeaders)
      reply.pipe(response)
    })
    upstream.on('error', () => response.destroy())
    request.pipe(upstream)
  })
  const { host = '127.0.0.1', port = 0 } = config.listen ?? {}
  await new Promise<void>((resolve) => balancer.listen(port, host, resolve))
  return {
    async close() {
      balancer.closeAllConnections()
      await new Promise((resolve) => balancer.close(resolve))
      await Promise.all(nodes.map((node) => node.close()))
    },
  }
}
