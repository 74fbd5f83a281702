/**
 * @module Rolling restarts under load. The clients act as a load balancer: they use only nodes that report ready, and never retry.
 */
import { Agent, request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Cluster, type Node, startCluster } from '../support/cluster.ts'
import { sampleSize } from '../support/sample-size.ts'
import { codeFor, redeem, signedHeaders, USERS } from '../support/server.ts'

const REQUESTS = sampleSize(100_000)
const RESTARTS = 6
const PAUSE_MS = 5000
const CALLERS = 16
const CHECK_INTERVAL_MS = 100
const PATH = '/v1/users/inquiryUserInfo'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster(2, USERS)
})
afterAll(() => cluster.close())

/** A node as a load balancer sees it. */
type Backend = { readonly node: Node; readonly agent: Agent; isReady: boolean }

function post(
  { node, agent }: Backend,
  headers: Record<string, string | string[]>,
  body: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(node.url + PATH, { method: 'POST', headers, agent }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve(`${response.statusCode} ${Buffer.concat(chunks)}`))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

it(`serves ${REQUESTS} requests without a failure while two nodes are restarted in turn`, async () => {
  const [first] = cluster.nodes
  const { accessToken } = await redeem(first as Node, await codeFor(first as Node, ['auth_user']))
  const body = JSON.stringify({ accessToken })
  const backends: Backend[] = cluster.nodes.map((node) => ({
    node,
    agent: new Agent({ keepAlive: true }),
    isReady: true,
  }))
  const failures: string[] = []
  let sent = 0
  let restarts = 0
  const isDone = (): boolean => sent >= REQUESTS && restarts === RESTARTS

  async function caller(): Promise<void> {
    // Each signature is used for many requests, which the tolerance of Request-Time allows.
    while (!isDone()) {
      const headers = signedHeaders((first as Node).clock, PATH, body)
      for (let n = 0; n < 500 && !isDone(); n++) {
        const ready = backends.filter(({ isReady }) => isReady)
        const backend = ready[sent++ % ready.length] as Backend
        const reply = await post(backend, headers, body).catch(String)
        if (!reply.startsWith('200') || !reply.includes('"resultCode":"SUCCESS"')) {
          failures.push(reply.slice(0, 200))
        }
      }
    }
  }

  async function check(backend: Backend): Promise<void> {
    while (!isDone()) {
      const ready = await fetch(`${backend.node.url}/readyz`).catch(() => undefined)
      backend.isReady = ready?.ok === true
      await new Promise((resolve) => setTimeout(resolve, CHECK_INTERVAL_MS))
    }
  }

  async function restartInTurn(): Promise<void> {
    for (; restarts < RESTARTS; restarts++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      const backend = backends[restarts % backends.length] as Backend
      expect(await backend.node.restart()).toBe(0)
      await expect.poll(() => backend.isReady, { timeout: 30_000 }).toBe(true)
    }
  }

  await Promise.all([
    restartInTurn(),
    ...backends.map(check),
    ...Array.from({ length: CALLERS }, caller),
  ])
  console.info(`${sent} requests, ${restarts} restarts, ${failures.length} failed`)
  expect(failures).toEqual([])
  expect(sent).toBeGreaterThanOrEqual(REQUESTS)
}, 900_000)
