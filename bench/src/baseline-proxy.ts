/**
 * @module Baseline of the gateway, as a separate process: a minimal proxy with Fastify and undici that parses and serializes JSON. The
 * path `/signed` also verifies and signs with RSA. Arguments: port, upstream, public key of the client.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import Fastify, { type FastifyRequest } from 'fastify'
import { Agent } from 'undici'
import { signBody, verifyBody } from './rsa.ts'

const [port, upstream, publicKey] = process.argv.slice(2) as [string, string, string]
const clientKey = createPublicKey(publicKey)
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const agent = new Agent({ connections: 64 })

async function forward({ body }: FastifyRequest): Promise<object> {
  const response = await agent.request({
    origin: upstream,
    path: '/items',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(JSON.parse((body as Buffer).toString())),
  })
  return (await response.body.json()) as object
}

const app = Fastify({ logger: false })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.get('/readyz', async () => ({}))
app.post('/v1/bench/bearer', forward)
app.post('/v1/bench/signed', async (request, reply) => {
  verifyBody(request, clientKey)
  const body = JSON.stringify({ result: { resultStatus: 'S' }, ...(await forward(request)) })
  const signature = await signBody(body, privateKey)
  return reply.headers({ 'content-type': 'application/json', signature }).send(body)
})
await app.listen({ host: '127.0.0.1', port: Number(port) })
process.once('SIGTERM', () => void app.close().then(() => agent.destroy()))
