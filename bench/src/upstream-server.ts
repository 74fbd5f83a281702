/**
 * @module The server behind the gateway, as a separate process. It responds with a short body, and never to `/hangs`. Argument: port.
 */
import { createServer } from 'node:http'

const BODY = JSON.stringify({
  items: Array.from({ length: 5 }, (_, n) => ({ id: `item-${n}`, brand: 'Brand', secret: 'x' })),
})

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    if (request.url === '/hangs') return
    response.writeHead(200, { 'content-type': 'application/json' }).end(BODY)
  })
})
// Longer than any pause of the benchmark, so that the gateway can reuse its connections.
server.keepAliveTimeout = 60_000
server.listen(Number(process.argv[2]), '127.0.0.1')
process.once('SIGTERM', () => {
  server.closeAllConnections()
  server.close()
})
