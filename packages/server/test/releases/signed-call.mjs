/** A signed request of a party of a fixture (docs/merchant-api.md). Plain JavaScript, so that tools run it without a build. */
import { sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @param folder of the fixture, with the private keys
 * @param now epoch milliseconds, the time of the request
 * @returns the body of the reply
 */
export async function callSigned({ url, folder, now = Date.now() }, party, path, request) {
  const clientId = party === 'wallet' ? 'nusa' : party
  const body = JSON.stringify(request)
  const time = new Date(now).toISOString()
  const key = readFileSync(join(folder, `${party}.private.pem`), 'utf8')
  const signature = sign('sha256', `POST ${path}\n${clientId}.${time}.${body}`, key)
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Client-Id': clientId,
      'Request-Time': time,
      Signature: `algorithm=RSA256, keyVersion=1, signature=${signature.toString('base64url')}`,
    },
    body,
  })
  return response.json()
}
