/**
 * @module Two `assent serve` processes on PostgreSQL, behind a load balancer that sends every second request to each.
 */
import { createServer, request as httpRequest } from 'node:http'
import { freePort, install, serve } from './command.ts'
import { createDatabase } from './postgres.ts'
import { type TestConfig, type TestPlatform, testConfig, USERS } from './server.ts'

export type ForwardedRequest = {
  readonly node: number
  readonly method: string
  readonly path: string
}

export type NodePair = {
  /** Through the load balancer. Its URL is the issuer. */
  readonly platform: TestPlatform
  readonly forwarded: readonly ForwardedRequest[]
  /** What the nodes printed. */
  output(): string
  close(): Promise<void>
}

export async function startNodePair(
  change: Partial<TestConfig>,
  users: readonly object[] = USERS,
): Promise<NodePair> {
  const database = await createDatabase()
  const port = await freePort()
  // Passkeys need a host name.
  const issuer = `http://localhost:${port}`
  const config = { ...testConfig(), issuer, store: database.url, ...change }
  const installation = install({ ...config, listen: {} }, users)
  // The first node migrates the database.
  const nodes = [
    await serve(installation, await freePort()),
    await serve(installation, await freePort()),
  ] as const
  const forwarded: ForwardedRequest[] = []
  const balancer = createServer((request, response) => {
    const node = forwarded.length % nodes.length
    const { method = '', url: path = '', rawHeaders: headers } = request
    forwarded.push({ node, method, path })
    const target = new URL(path, nodes[node]?.url)
    const upstream = httpRequest(target, { method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.rawHeaders)
      reply.pipe(response)
    })
    upstream.on('error', () => response.destroy())
    request.pipe(upstream)
  })
  await new Promise<void>((resolve) => balancer.listen(port, '127.0.0.1', resolve))
  const [{ clock, platformKey }] = nodes
  return {
    platform: { url: issuer, urls: nodes.map(({ url }) => url), clock, platformKey },
    forwarded,
    output: () => nodes.map((node) => node.output()).join(''),
    async close() {
      balancer.closeAllConnections()
      await new Promise((resolve) => balancer.close(resolve))
      for (const { child } of nodes) child.kill('SIGTERM')
      await Promise.all(nodes.map(({ ended }) => ended))
      await database.remove()
      installation.remove()
    },
  }
}
