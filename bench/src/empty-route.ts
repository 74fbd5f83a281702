/**
 * @module The least that an HTTP server can do: an empty Fastify route, as a process of its own.
 */
import Fastify from 'fastify'

const app = Fastify({ logger: false })
app.get('/readyz', async () => ({}))
app.post('/', async () => ({ result: 'S' }))
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
process.once('SIGTERM', () => void app.close())
