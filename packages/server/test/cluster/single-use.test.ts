/**
 * @module 10,000 codes, each redeemed 16 times at the same moment over three nodes, through the signed OpenAPI or through OAuth: 10,000
 * winners.
 */
import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Cluster, type Node, startCluster } from '../support/cluster.ts'
import { makePkce, postForm, REDIRECT_URI } from '../support/oauth.ts'
import {
  APP_ID,
  send,
  signedHeaders,
  testConfig,
  USER_ID,
  USERS,
  walletCall,
} from '../support/server.ts'

const CODES = 10_000
const REDEMPTIONS = 16
const AT_A_TIME = 20
const PATH = '/v1/authorizations/applyToken'

let cluster: Cluster
beforeAll(async () => {
  const config = testConfig()
  const [kopi, ...others] = config.clients
  if (!kopi) throw new Error('the client is missing')
  const tokenEndpointAuthMethod = 'none' as const
  const page = {
    clientId: 'page',
    appId: APP_ID,
    tokenEndpointAuthMethod,
    redirectUris: [REDIRECT_URI],
  }
  const clients = [{ ...kopi, oauth: [page] }, ...others]
  cluster = await startCluster(3, USERS, [], { ...config, clients })
})
afterAll(() => cluster.close())

function anyNode(): Node {
  return cluster.nodes[randomInt(cluster.nodes.length)] as Node
}

async function redeemWithOAuth(): Promise<readonly string[]> {
  const pkce = makePkce()
  const asked = { appId: APP_ID, userId: USER_ID, scopes: 'auth_base' }
  const { authCode } = await walletCall(anyNode(), 'consult', {
    ...asked,
    codeChallenge: pkce.challenge,
  })
  const form = {
    grant_type: 'authorization_code',
    client_id: 'page',
    code: authCode,
    code_verifier: pkce.verifier,
  }
  return Promise.all(
    Array.from({ length: REDEMPTIONS }, async () => {
      const { status, json } = await postForm(anyNode(), '/oauth2/token', form)
      return status === 200 ? 'SUCCESS' : `${status} ${json['error']}`
    }),
  )
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
    const outcomes = await Promise.all(
      Array.from({ length: AT_A_TIME }, (_, index) =>
        index % 2 === 0 ? redeemAtOnce() : redeemWithOAuth(),
      ),
    )
    for (const outcome of outcomes.flat()) seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
  }
  expect(Object.fromEntries(seen)).toEqual({
    SUCCESS: CODES,
    USED_CODE: (CODES / 2) * (REDEMPTIONS - 1),
    '400 invalid_grant': (CODES / 2) * (REDEMPTIONS - 1),
  })
}, 900_000)
