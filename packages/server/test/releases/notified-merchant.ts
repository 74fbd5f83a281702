/**
 * @module A merchant's server that verifies and accepts every notification. Unlike the SDK, it does not compare the time of a message
 * with that of the machine: the server under test lives in the time of its fixture.
 */
import { type KeyObject, verify } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { parseSignatureHeader, signedPrefix } from '@assent/protocol'

export type NotifiedMerchant = {
  readonly url: string
  /** The type of each event whose signature is valid, in the order of arrival. */
  readonly eventTypes: string[]
  /** Whose signatures are valid. */
  platformKey: KeyObject | undefined
  close(): Promise<void>
}

const ACCEPTED = JSON.stringify({
  result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' },
})

export async function startNotifiedMerchant(): Promise<NotifiedMerchant> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const merchant: NotifiedMerchant = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    eventTypes: [],
    platformKey: undefined,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  server.on('request', async (request, response) => {
    const body = await text(request)
    const { headers, url = '' } = request
    const signature = parseSignatureHeader(String(headers['signature']))
    const prefix = signedPrefix(url, String(headers['client-id']), String(headers['request-time']))
    const { platformKey } = merchant
    const isGenuine =
      platformKey &&
      signature &&
      verify(
        'sha256',
        Buffer.from(prefix + body),
        platformKey,
        Buffer.from(signature.base64, 'base64'),
      )
    if (isGenuine) merchant.eventTypes.push(JSON.parse(body).eventType)
    response.writeHead(isGenuine ? 200 : 401, { 'Content-Type': 'application/json' }).end(ACCEPTED)
  })
  return merchant
}
