/**
 * @module An example with a mistake: the body is signed as one library writes it, and sent as another one does.
 */
import { signedPrefix } from '@assent/protocol'

const PATH = '/v1/authorizations/applyToken'
const CLIENT_ID = '2018103116394800000000'
const BODY = { grantType: 'AUTHORIZATION_CODE', authCode: 'ac_an-example' }
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
}

const toBase64 = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)))

/** A request that was signed with a new key, and that key. */
export async function createExample(): Promise<{ readonly request: string; readonly key: string }> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ])
  const time = new Date().toISOString()
  const signedBody = JSON.stringify(BODY, null, 2)
  const content = new TextEncoder().encode(signedPrefix(PATH, CLIENT_ID, time) + signedBody)
  const signature = toBase64(await crypto.subtle.sign(ALGORITHM.name, privateKey, content))
  const request = [
    `curl https://assent.wallet.example${PATH}`,
    `-H 'Content-Type: application/json'`,
    `-H 'Client-Id: ${CLIENT_ID}'`,
    `-H 'Request-Time: ${time}'`,
    `-H 'Signature: algorithm=RSA256, keyVersion=1, signature=${encodeURIComponent(signature)}'`,
    `--data '${JSON.stringify(BODY)}'`,
  ].join(' \\\n  ')
  const lines = toBase64(await crypto.subtle.exportKey('spki', publicKey)).match(/.{1,64}/g) ?? []
  return {
    request,
    key: ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----'].join('\n'),
  }
}
