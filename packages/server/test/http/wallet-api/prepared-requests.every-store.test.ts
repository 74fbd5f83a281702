/**
 * @module Prepared requests and requests of OAuth clients belong to one wallet, and are answered once.
 */
import type { WalletOperation } from '@assent/protocol'
import { WALLET_PATHS } from '@assent/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SECOND_WALLET_KEY } from '../../support/keys.ts'
import { createPkce, get, REDIRECT_URI } from '../../support/oauth.ts'
import {
  APP_ID,
  call,
  type JsonReply,
  type Signing,
  startTestServer,
  type TestServer,
  testConfig,
  USER_ID,
  WALLET_SIGNING,
} from '../../support/server.ts'

const OTHER_WALLET: Signing = { clientId: 'other-wallet', key: SECOND_WALLET_KEY, keyVersion: 1 }

let server: TestServer
beforeAll(async () => {
  const config = testConfig()
  const [kopi, ...others] = config.clients
  const [wallet] = config.wallets
  if (!kopi || !wallet) throw new Error('The test configuration has no client or wallet.')
  const page = {
    clientId: 'page',
    appId: APP_ID,
    tokenEndpointAuthMethod: 'none' as const,
    redirectUris: [REDIRECT_URI],
  }
  const other = {
    walletId: 'other-wallet',
    name: 'Second Purse',
    keys: [{ version: 1, publicKey: SECOND_WALLET_KEY.publicKey }],
    customerBelongsTo: 'OTHER',
    authorizeUrl: 'http://127.0.0.1:7309/authorize',
  }
  server = await startTestServer({
    ...config,
    wallets: [wallet, other],
    clients: [{ ...kopi, oauth: [page] }, ...others],
  })
})
afterAll(() => server.close())

function walletOf(signing: Signing) {
  return (operation: WalletOperation, body: object): Promise<JsonReply> =>
    call(server, WALLET_PATHS[operation], { userId: USER_ID, ...body }, signing)
}
const wallet = walletOf(WALLET_SIGNING)
const otherWallet = walletOf(OTHER_WALLET)

async function prepare(scopes: string, customerBelongsTo = 'DEMO'): Promise<string> {
  const body = { appId: APP_ID, scopes, customerBelongsTo }
  const { authUrl } = await call(server, '/v1/authorizations/prepare', body)
  return String(new URL(authUrl).searchParams.get('authRequest'))
}

async function authorize(): Promise<string> {
  const query = new URLSearchParams({
    client_id: 'page',
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'auth_base',
    code_challenge: createPkce().challenge,
    code_challenge_method: 'S256',
  })
  const { headers } = await get(server, `/oauth2/authorize?${query}`)
  return String(new URL(String(headers['location'])).searchParams.get('authRequest'))
}

function codeOf({ result }: JsonReply): string {
  return result.resultCode
}

describe('a prepared request', () => {
  it('is opened by its wallet only', async () => {
    const authRequest = await prepare('auth_base')
    expect(codeOf(await otherWallet('consult', { authRequest }))).toBe('AUTH_REQUEST_INVALID')
    const opened = await wallet('consult', { authRequest })
    expect(opened['status']).toBe('GRANTED')
    const forOther = await prepare('auth_base', 'OTHER')
    expect(codeOf(await wallet('consult', { authRequest: forOther }))).toBe('AUTH_REQUEST_INVALID')
  })

  it('is answered once with a code', async () => {
    const authRequest = await prepare('auth_base')
    expect((await wallet('consult', { authRequest }))['status']).toBe('GRANTED')
    expect(codeOf(await wallet('consult', { authRequest }))).toBe('AUTH_REQUEST_INVALID')
  })

  it('is answered once on a prompt, which may be closed and opened again', async () => {
    const authRequest = await prepare('USER_NAME')
    const first = await wallet('consult', { authRequest })
    const { consentRequestId } = first
    expect((await wallet('complete', { consentRequestId }))['status']).toBe('DISMISSED')
    const second = await wallet('consult', { authRequest })
    const decision = {
      consentRequestId: second['consentRequestId'],
      sheetHash: second['sheetHash'],
      granted: ['USER_NAME'],
    }
    expect(codeOf(await otherWallet('decide', decision))).toBe('CONSENT_REQUEST_UNKNOWN')
    expect((await wallet('decide', decision))['status']).toBe('GRANTED')
    expect(codeOf(await wallet('consult', { authRequest }))).toBe('AUTH_REQUEST_INVALID')
  })

  it('is answered by a refusal', async () => {
    const authRequest = await prepare('USER_EMAIL')
    const { consentRequestId, sheetHash } = await wallet('consult', { authRequest })
    const declined = await wallet('decide', { consentRequestId, sheetHash, granted: [] })
    expect(declined['status']).toBe('DECLINED')
    server.clock.now += 300
    expect(codeOf(await wallet('consult', { authRequest }))).not.toBe('SUCCESS')
  })
})

describe('a request of an OAuth client', () => {
  it('is opened and given up by its wallet only', async () => {
    const authRequest = await authorize()
    expect(codeOf(await otherWallet('consult', { authRequest }))).toBe('AUTH_REQUEST_INVALID')
    expect(codeOf(await otherWallet('reject', { authRequest }))).toBe('AUTH_REQUEST_INVALID')
    expect((await wallet('reject', { authRequest }))['status']).toBe('REDIRECT')
    expect(codeOf(await wallet('consult', { authRequest }))).toBe('AUTH_REQUEST_INVALID')
  })
})
