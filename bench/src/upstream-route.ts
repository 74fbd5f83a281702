/**
 * @module A server behind the gateway, as a process of its own: a short answer, and one that never comes.
 */
import { createServer } from 'node:http'

const ANSWER = JSON.stringify({
  items: Array.from({ length: 5 }, (_, n) => ({ id: `item-${n}`, brand: 'Brand', secret: 'x' })),
})

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    if (request.url === '/hangs') return
    response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER)
  })
})
// Who asks keeps its connections longer than any pause of the benchmark.
server.keepAliveTimeout = 60_000
server.listen(Number(process.argv[2]), '127.0.0.1')
process.once('SIGTERM', () => {
  server.closeAllConnections()
  server.close()
})
