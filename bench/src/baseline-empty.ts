/**
 * @module Baseline of all requests, as a separate process: a Fastify server with an empty route. Argument: port.
 */
import Fastify from 'fastify'

const app = Fastify({ logger: false })
app.get('/readyz', async () => ({}))
app.post('/', async () => ({ result: 'S' }))
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
process.once('SIGTERM', () => void app.close())
