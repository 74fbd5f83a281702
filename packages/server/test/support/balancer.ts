/**
 * @module Several nodes behind one address: each request goes to a node by chance, as it came.
 */
import { randomInt } from 'node:crypto'
import { createServer, request as httpRequest } from 'node:http'
import type { LoadedConfig } from '../../src/config/load.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../src/main/start-server.ts'

/** Starts the nodes on free ports and the balancer on the port of the configuration; one node needs none. */
export async function startNodes(
  config: LoadedConfig,
  options: ServerOptions,
  count: number,
): Promise<Pick<RunningServer, 'close'>> {
  if (count === 1) return startServer(config, options)
  const onFreePort = { ...config, listen: { ...config.listen, port: 0 } }
  const nodes = await Promise.all(
    Array.from({ length: count }, () => startServer(onFreePort, options)),
  )
  const balancer = createServer((request, response) => {
    const { hostname, port } = new URL(nodes[randomInt(count)]?.url ?? '')
    const { method, url: path, rawHeaders: headers } = request
    const upstream = httpRequest({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
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
