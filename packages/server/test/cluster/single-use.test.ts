/**
 * @module 10,000 codes, each redeemed 16 times at the same moment over three nodes: 10,000 winners.
 */
import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Cluster, type Node, startCluster } from '../support/cluster.ts'
import { APP_ID, send, signedHeaders, USER_ID, USERS, walletCall } from '../support/server.ts'

const CODES = 10_000
const REDEMPTIONS = 16
const AT_A_TIME = 20
const PATH = '/v1/authorizations/applyToken'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster(3, USERS)
})
afterAll(() => cluster.close())

function anyNode(): Node {
  return cluster.nodes[randomInt(cluster.nodes.length)] as Node
}

async function redeemAtOnce(): Promise<readonly string[]> {
  const asked = { appId: APP_ID, userId: USER_ID, scopes: 'auth_base' }
  const { authCode } = await walletCall(anyNode(), 'consult', asked)
  const body = JSON.stringify({ grantType: 'AUTHORIZATION_CODE', authCode })
  const headers = signedHeaders(anyNode().clock, PATH, body)
  return Promise.all(
    Array.from({ length: REDEMPTIONS }, async () => {
      const reply = await send(anyNode(), PATH, headers, body)
      return reply.status === 200
        ? (JSON.parse(reply.body).result.resultCode as string)
        : `status ${reply.status}`
    }),
  )
}

it(`${CODES} codes × ${REDEMPTIONS} parallel redemptions over three nodes: ${CODES} winners`, async () => {
  const seen = new Map<string, number>()
  for (let done = 0; done < CODES; done += AT_A_TIME) {
    const outcomes = await Promise.all(Array.from({ length: AT_A_TIME }, redeemAtOnce))
    for (const outcome of outcomes.flat()) seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
  }
  expect(Object.fromEntries(seen)).toEqual({
    SUCCESS: CODES,
    USED_CODE: CODES * (REDEMPTIONS - 1),
  })
}, 900_000)
