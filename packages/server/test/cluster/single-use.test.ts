/**
 * @module Authorization codes are redeemed once: 16 concurrent requests on three nodes, through the merchant API or OAuth, yield one
 * success per code.
 *
 * @see [RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1.2)
 */
import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Cluster, type Node, startCluster } from '../support/cluster.ts'
import { createPkce, postForm, REDIRECT_URI } from '../support/oauth.ts'
import { sampleSize } from '../support/sample-size.ts'
import {
  APP_ID,
  send,
  signedHeaders,
  testConfig,
  USER_ID,
  USERS,
  walletCall,
} from '../support/server.ts'

const CODES = sampleSize(10_000)
const REDEMPTIONS = 16
const PARALLEL_CODES = 20
const PATH = '/v1/authorizations/applyToken'

let cluster: Cluster
beforeAll(async () => {
  const config = testConfig()
  const [kopi, ...others] = config.clients
  if (!kopi) throw new Error('The test configuration has no client.')
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
  const pkce = createPkce()
  const request = { appId: APP_ID, userId: USER_ID, scopes: 'auth_base' }
  const { authCode } = await walletCall(anyNode(), 'consult', {
    ...request,
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

async function redeemWithMerchantApi(): Promise<readonly string[]> {
  const request = { appId: APP_ID, userId: USER_ID, scopes: 'auth_base' }
  const { authCode } = await walletCall(anyNode(), 'consult', request)
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

it(`redeems each of ${CODES} codes once in ${REDEMPTIONS} concurrent requests to three nodes`, async () => {
  const counts = new Map<string, number>()
  for (let done = 0; done < CODES; done += PARALLEL_CODES) {
    const outcomes = await Promise.all(
      Array.from({ length: PARALLEL_CODES }, (_, index) =>
        index % 2 === 0 ? redeemWithMerchantApi() : redeemWithOAuth(),
      ),
    )
    for (const outcome of outcomes.flat()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
  expect(Object.fromEntries(counts)).toEqual({
    SUCCESS: CODES,
    // The requests to the merchant API are the same signed bytes.
    REQUEST_REPEATED: (CODES / 2) * (REDEMPTIONS - 1),
    '400 invalid_grant': (CODES / 2) * (REDEMPTIONS - 1),
  })
}, 900_000)
