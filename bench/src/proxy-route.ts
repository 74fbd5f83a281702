/**
 * @module The least that a proxy can be, as a process of its own: Fastify, undici, JSON read and written. `/signed` verifies and signs
 * with RSA besides. Given a port, the upstream and the public key of the caller.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import Fastify, { type FastifyRequest } from 'fastify'
import { Agent } from 'undici'
import { signBody, verifyBody } from './rsa.ts'

const [port, upstream, publicKey] = process.argv.slice(2) as [string, string, string]
const caller = createPublicKey(publicKey)
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const agent = new Agent({ connections: 64 })

async function ask({ body }: FastifyRequest): Promise<object> {
  const answer = await agent.request({
    origin: upstream,
    path: '/items',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(JSON.parse((body as Buffer).toString())),
  })
  return (await answer.body.json()) as object
}

const app = Fastify({ logger: false })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.get('/readyz', async () => ({}))
app.post('/v1/bench/bearer', ask)
app.post('/v1/bench/signed', async (request, reply) => {
  verifyBody(request, caller)
  const answer = JSON.stringify({ result: { resultStatus: 'S' }, ...(await ask(request)) })
  const signature = await signBody(answer, privateKey)
  return reply.headers({ 'content-type': 'application/json', signature }).send(answer)
})
await app.listen({ host: '127.0.0.1', port: Number(port) })
process.once('SIGTERM', () => void app.close().then(() => agent.destroy()))
