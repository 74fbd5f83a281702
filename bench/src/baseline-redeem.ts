/**
 * @module Baseline of redeem and refresh, as a separate process: Fastify, RSA verification, the same SQL statement with batching, and RSA
 * signing, without any code of Assent. Arguments: port, database, public key of the client.
 */
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import Fastify, { type FastifyRequest } from 'fastify'
import pg from 'pg'
import { signBody, verifyBody } from './rsa.ts'

const [port, url, publicKey] = process.argv.slice(2) as [string, string, string]
const clientKey = createPublicKey(publicKey)
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

// The same planner options as Assent uses: read rows by key, even in a small table.
const options = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off'
const pool = new pg.Pool({ connectionString: url, max: 8, options })
await pool.query('CREATE TABLE baseline_authorizations (LIKE authorizations INCLUDING ALL)')

const INSERT = `INSERT INTO baseline_authorizations (authorization_id, grant_id, epoch, scope_set, key_version, generation,
    redeemed_at, rotated_at, expires_at)
  SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::integer[], $4::bigint[], $5::integer[], $6::bigint[], $7::bigint[],
    $8::bigint[], $9::bigint[])
  ON CONFLICT (authorization_id) DO NOTHING RETURNING authorization_id`
const ROTATE = `UPDATE baseline_authorizations a SET generation = a.generation + 1, rotated_at = v.now
  FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS v (authorization_id, generation, now)
  WHERE a.authorization_id = v.authorization_id AND a.generation = v.generation RETURNING a.authorization_id`

type Row = { readonly id: Buffer; generation: number }
const SEEDED = 2000
const rows: Row[] = []
let nextRow = 0

/** Combines the calls of one event loop turn into one statement. */
function batch(run: (calls: readonly Row[]) => Promise<unknown>): (call: Row) => Promise<void> {
  let waiting: { readonly call: Row; readonly resolve: () => void }[] = []
  async function flush(): Promise<void> {
    const group = waiting
    waiting = []
    await run(group.map(({ call }) => call))
    for (const { resolve } of group) resolve()
  }
  return (call) =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(() => void flush())
      waiting.push({ call, resolve })
    })
}

const insert = batch((calls) => {
  const fill = (value: number): number[] => calls.map(() => value)
  const now = Math.floor(Date.now() / 1000)
  const ids = calls.map(({ id }) => id).sort(Buffer.compare)
  const values = [ids, fill(1), fill(1), fill(1), fill(1), fill(0), fill(now), fill(now), fill(now)]
  return pool.query({ name: 'insert', text: INSERT, values })
})
const rotate = batch((calls) => {
  const now = Math.floor(Date.now() / 1000)
  const generations = calls.map((row) => row.generation++)
  const values = [calls.map(({ id }) => id), generations, calls.map(() => now)]
  return pool.query({ name: 'rotate', text: ROTATE, values })
})

function newRow(): Row {
  const id = randomBytes(16)
  id.writeUInt32BE(Math.floor(Date.now() / 1000))
  return { id, generation: 0 }
}

/** Inserts rows for refresh requests. */
async function seed(count: number): Promise<void> {
  const seeded = Array.from({ length: count }, newRow)
  await Promise.all(seeded.map(insert))
  rows.push(...seeded)
}

async function work(grantType: string): Promise<void> {
  if (grantType === 'REFRESH_TOKEN') return rotate(rows[nextRow++ % rows.length] as Row)
  const row = newRow()
  await insert(row)
  rows.push(row)
}

await seed(SEEDED)
const app = Fastify({ logger: false })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.get('/readyz', async () => ({}))
app.post('/*', async (request: FastifyRequest, reply) => {
  verifyBody(request, clientKey)
  await work((JSON.parse(String(request.body)) as { grantType: string }).grantType)
  const body = JSON.stringify({
    result: { resultStatus: 'S' },
    token: randomBytes(140).toString('base64url'),
  })
  return reply.header('signature', await signBody(body, privateKey)).send(body)
})
await app.listen({ host: '127.0.0.1', port: Number(port) })
process.once('SIGTERM', () => void app.close().then(() => pool.end()))
