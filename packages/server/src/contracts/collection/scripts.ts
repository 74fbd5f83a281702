/**
 * @module The scripts of the collection. Bruno runs them before and after each request.
 */

/** Signs the request: paths of the wallet API with the key of the wallet, others with that of the merchant. */
export const SIGN_REQUEST = `const { createPrivateKey, sign } = require('node:crypto')
const { readFileSync } = require('node:fs')
const { resolve } = require('node:path')

const url = new URL(bru.interpolate(req.getUrl()))
const target = url.pathname + url.search
const party = target.startsWith('/wallet/') ? 'wallet' : 'client'
const id = bru.getEnvVar(party + 'Id')
const keyFile = resolve(bru.cwd(), bru.getEnvVar(party + 'KeyFile'))
const keyVersion = bru.getEnvVar(party + 'KeyVersion')

const source = req.getBody()
const body = bru.interpolate(typeof source === 'string' ? source : JSON.stringify(source))
const time = String(Date.now())
const content = Buffer.from('POST ' + target + '\\n' + id + '.' + time + '.' + body)
const signature = sign('sha256', content, createPrivateKey(readFileSync(keyFile))).toString('base64')

req.setBody(body)
req.setHeader('Content-Type', 'application/json; charset=UTF-8')
req.setHeader('Client-Id', id)
req.setHeader('Request-Time', time)
req.setHeader('Signature', 'algorithm=RSA256, keyVersion=' + keyVersion + ', signature=' + encodeURIComponent(signature))`

/** Keeps what later requests need. */
export const STORE_VALUES = `const names = ['authCode', 'accessToken', 'refreshToken', 'customerId', 'consentRequestId', 'sheetHash']
for (const name of names) {
  const value = res.getBody()?.[name]
  if (value !== undefined) bru.setVar(name, value)
}`

/** A request can fail for other reasons, such as a code that was used. */
export const VERIFY_SIGNED = `test('The signature is valid', () => {
  const { result } = res.getBody()
  const unsigned = ['INVALID_SIGNATURE', 'SIGNATURE_INVALID', 'INVALID_AUTH_CLIENT', 'TIMESTAMP_INVALID']
  expect(res.getStatus()).to.equal(200)
  expect(unsigned).to.not.include(result.resultCode)
})`
