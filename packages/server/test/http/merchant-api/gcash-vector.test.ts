/**
 * @module A test vector from other software: the signature of a public sample of a GCash mini program.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import vector from '../../fixtures/gcash-apply-token.json' with { type: 'json' }
import {
  isGenuine,
  send,
  startTestServer,
  type TestServer,
  testConfig,
} from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  const config = testConfig()
  const [client] = config.clients
  if (client) {
    client.clientId = vector.clientId
    client.keys = [{ version: 1, publicKey: vector.publicKey }]
    client.requestTimeToleranceSeconds = 0
    client.insecureAllowReplay = true
  }
  server = await startTestServer(config)
})
afterAll(() => server.close())

function headers(signature: string): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Client-Id': vector.clientId,
    'Request-Time': vector.requestTime,
    Signature: `algorithm=RSA256, keyVersion=1, signature=${signature}`,
  }
}

describe('the GCash test vector', () => {
  it('has a valid signature, so the response is about its unknown code', async () => {
    const reply = await send(
      server,
      vector.path,
      headers(vector.signaturePercentEncoded),
      vector.body,
    )
    expect(reply.status).toBe(200)
    expect(JSON.parse(reply.body).result).toMatchObject({
      resultStatus: 'F',
      resultCode: 'INVALID_CODE',
    })
    expect(isGenuine(server, vector.path, reply)).toBe(true)
    expect(String(reply.headers['signature'])).toContain('%')
  })

  it.each([
    {
      name: 'one byte of the body',
      body: vector.body.replace('GCASH', 'GCASI'),
      signature: vector.signaturePercentEncoded,
    },
    {
      name: 'one byte of the signature',
      body: vector.body,
      signature: vector.signaturePercentEncoded.replace('SvksvE', 'SvksvF'),
    },
  ])('fails with INVALID_SIGNATURE when $name is changed', async ({ body, signature }) => {
    const reply = await send(server, vector.path, headers(signature), body)
    expect(JSON.parse(reply.body).result.resultCode).toBe('INVALID_SIGNATURE')
    expect(isGenuine(server, vector.path, reply)).toBe(true)
  })
})
