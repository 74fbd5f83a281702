/**
 * @module The access log while nodes are killed: it contains every read that was answered, except those within the last second before
 * a kill, and no read that was not requested.
 *
 * @see docs/operating.md#access-log
 */
import { randomInt } from 'node:crypto'
import { Agent, request } from 'node:http'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Cluster, type Node, startCluster } from '../support/cluster.ts'
import { sampleSize } from '../support/sample-size.ts'
import { codeFor, redeem, signedHeaders, USERS } from '../support/server.ts'

const REQUESTS = sampleSize(100_000)
const KILLS = 10
const CALLERS = 24
/** A crash may lose the entries of the last second. */
const MAX_LOSS_MS = 1000
const PATH = '/v1/users/inquiryUserInfo'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster(3, USERS)
})
afterAll(() => cluster.close())

/** @returns `undefined` when the node was killed before it replied */
function post(
  node: Node,
  agent: Agent,
  headers: Record<string, string | string[]>,
  body: string,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const sent = request(node.url + PATH, { method: 'POST', headers, agent }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve(undefined))
      response.on('end', () => resolve(`${response.statusCode} ${Buffer.concat(chunks)}`))
    })
    sent.on('error', () => resolve(undefined))
    sent.end(body)
  })
}

it(`records ${REQUESTS} reads while nodes are killed ${KILLS} times`, async () => {
  const [first] = cluster.nodes as [Node, Node, Node]
  const { accessToken } = await redeem(first, await codeFor(first, ['auth_user']))
  const body = JSON.stringify({ accessToken })
  const agent = new Agent({ keepAlive: true })
  /** When each node replied, since it was last killed. */
  const repliedAt: number[][] = cluster.nodes.map(() => [])
  let sent = 0
  let answered = 0
  let mayBeLost = 0
  let hasFinishedKilling = false

  async function caller(): Promise<void> {
    while (answered < REQUESTS || !hasFinishedKilling) {
      const headers = signedHeaders(first.clock, PATH, body)
      for (let n = 0; n < 500 && (answered < REQUESTS || !hasFinishedKilling); n++) {
        const index = sent++ % cluster.nodes.length
        const reply = await post(cluster.nodes[index] as Node, agent, headers, body)
        if (reply === undefined) {
          await new Promise((resolve) => setTimeout(resolve, 20))
          continue
        }
        expect(reply).toMatch(/^200 .*"resultCode":"SUCCESS"/)
        answered++
        repliedAt[index]?.push(performance.now())
      }
    }
  }

  async function kill(): Promise<void> {
    for (let n = 0; n < KILLS; n++) {
      await new Promise((resolve) => setTimeout(resolve, randomInt(2000, 3000)))
      const index = n % cluster.nodes.length
      const killedAt = performance.now()
      await cluster.nodes[index]?.crash()
      const all = repliedAt[index] ?? []
      mayBeLost += all.filter((at) => at > killedAt - MAX_LOSS_MS).length
      repliedAt[index] = []
    }
    hasFinishedKilling = true
  }

  await Promise.all([kill(), ...Array.from({ length: CALLERS }, caller)])
  const client = new pg.Client({ connectionString: cluster.database.url('postgres') })
  await client.connect()
  const lines = async (): Promise<number> => Number((await client.query(READS)).rows[0].n)
  // Entries are written within a quarter of a second.
  await expect.poll(lines, { timeout: 10_000 }).toBeGreaterThanOrEqual(answered - mayBeLost)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const counted = await lines()
  await client.end()
  console.info(
    `${sent} sent, ${answered} answered, ${counted} in the access log; ${KILLS} kills could lose at most ${mayBeLost}`,
  )
  expect(counted).toBeLessThanOrEqual(sent)
  expect(answered).toBeGreaterThanOrEqual(REQUESTS)
}, 600_000)

const READS = `SELECT coalesce(sum(count), 0) AS n FROM access_log l JOIN access_kinds k ON k.id = l.kind_id
  WHERE k.description LIKE 'inquiryUserInfo %'`

it('records exactly the answered reads when no node is killed', async () => {
  const [first] = cluster.nodes as [Node, Node, Node]
  const { accessToken } = await redeem(first, await codeFor(first, ['auth_user']))
  const body = JSON.stringify({ accessToken })
  const client = new pg.Client({ connectionString: cluster.database.url('postgres') })
  await client.connect()
  const lines = async (): Promise<number> => Number((await client.query(READS)).rows[0].n)
  const before = await lines()
  const agent = new Agent({ keepAlive: true })
  const headers = signedHeaders(first.clock, PATH, body)
  const reads = 2000
  for (let n = 0; n < reads; n += 20) {
    await Promise.all(
      Array.from({ length: 20 }, (_, k) =>
        post(cluster.nodes[(n + k) % 3] as Node, agent, headers, body),
      ),
    )
  }
  await expect.poll(lines, { timeout: 10_000 }).toBe(before + reads)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  expect(await lines()).toBe(before + reads)
  await client.end()
})
