/**
 * @module The gateway with all checks off, as a process of its own: Fastify, undici, JSON read and written. `/signed` verifies and signs
 * with RSA besides. Given a port, the upstream and the public key of the caller.
 */
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import Fastify, { type FastifyRequest } from 'fastify'
import { Agent } from 'undici'

const [port, upstream, publicKey] = process.argv.slice(2) as [string, string, string]
const caller = createPublicKey(publicKey)
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const signAsync = promisify(sign) as (
  algorithm: string,
  data: Buffer,
  key: typeof privateKey,
) => Promise<Buffer>
const agent = new Agent({ connections: 64 })

async function ask(body: object): Promise<object> {
  const answer = await agent.request({
    origin: upstream,
    path: '/items',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await answer.body.json()) as object
}

const app = Fastify({ logger: false })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.get('/readyz', async () => ({}))
app.post('/v1/bench/bearer', async (request: FastifyRequest) =>
  ask(JSON.parse((request.body as Buffer).toString()) as object),
)
app.post('/v1/bench/signed', async (request: FastifyRequest, reply) => {
  const body = request.body as Buffer
  const { 'client-id': clientId, 'request-time': time, signature } = request.headers
  const base64 = String(signature).split('signature=')[1] ?? ''
  const message = Buffer.concat([Buffer.from(`POST ${request.url}\n${clientId}.${time}.`), body])
  if (!verify('sha256', message, caller, Buffer.from(base64, 'base64url')))
    throw new Error('signature')
  const answer = Buffer.from(
    JSON.stringify({
      result: { resultStatus: 'S' },
      ...(await ask(JSON.parse(body.toString()) as object)),
    }),
  )
  const signed = await signAsync('sha256', answer, privateKey)
  return reply
    .header('content-type', 'application/json')
    .header('signature', signed.toString('base64'))
    .send(answer)
})
await app.listen({ host: '127.0.0.1', port: Number(port) })
process.once('SIGTERM', () => void app.close().then(() => agent.destroy()))
