/**
 * @module Calls of merchants, wallets and OAuth clients that must be served whatever others do. Tests compare their outcomes before
 * and during an attack.
 */

import { basic, postForm } from './oauth.ts'
import {
  APP_ID,
  codeFor,
  presentContext,
  type RawReply,
  redeem,
  type Signing,
  send,
  signedHeaders,
  type TestServer,
  USER_ID,
  WALLET_SIGNING,
} from './server.ts'

/** The names of the calls, with the status and result code of their replies. */
export type Outcomes = Readonly<Record<string, string>>

export type Witnesses = {
  /** Makes every call once. */
  callAll(): Promise<Outcomes>
}

type Prepared = { readonly authCode: string; readonly accessToken: string }

/**
 * @param rounds how often the calls can be made; each round needs a code and tokens of its own
 * @param needsDirectory whether to make the calls that need the user directory, too
 */
export async function prepareWitnesses(
  server: TestServer,
  rounds: number,
  { needsDirectory = true }: { readonly needsDirectory?: boolean } = {},
): Promise<Witnesses> {
  const prepared: Prepared[] = []
  for (let n = 0; n < rounds; n++) {
    const authCode = await codeFor(server, ['auth_base'])
    const { accessToken } = await redeem(server, await codeFor(server, ['auth_base']))
    prepared.push({ authCode, accessToken })
  }
  const { accessToken } = await redeem(server, await codeFor(server, ['auth_base']))

  async function callSigned(path: string, body: object, signing: Signing = {}): Promise<string> {
    const text = JSON.stringify(body)
    return outcomeOf(
      await send(server, path, signedHeaders(server.clock, path, text, signing), text),
    )
  }
  const callWallet = (operation: string, more: object): Promise<string> => {
    const body = { appId: APP_ID, userId: USER_ID, ...more }
    return callSigned(`/wallet/v1/${operation}`, body, WALLET_SIGNING)
  }
  const callOAuth = async (path: string, form: Record<string, string>): Promise<string> =>
    outcomeOf(await postForm(server, path, form, basic()))

  return {
    async callAll() {
      const { authCode, accessToken: cancelled } = prepared.pop() ?? {}
      if (authCode === undefined) throw new Error('Prepare more rounds.')
      const calls: Readonly<Record<string, Promise<string>>> = {
        'wallet revokes': callWallet('revoke', { scopes: ['USER_NAME'] }),
        'wallet lists grants': callWallet('grants', {}),
        'merchant redeems': callSigned('/v1/authorizations/applyToken', {
          grantType: 'AUTHORIZATION_CODE',
          authCode,
        }),
        'merchant cancels': callSigned('/v1/authorizations/cancelToken', {
          accessToken: cancelled,
        }),
        'client introspects': callOAuth('/oauth2/introspect', { token: accessToken }),
        'client revokes': callOAuth('/oauth2/revoke', { token: accessToken }),
        'client gets a token': callOAuth('/oauth2/token', {
          grant_type: 'client_credentials',
          scope: 'events',
        }),
        ...(needsDirectory && {
          'wallet consults': callWallet('consult', {
            scopes: 'auth_base',
            context: presentContext(server.clock),
          }),
          'merchant reads the user': callSigned('/v1/users/inquiryUserInfo', { accessToken }),
        }),
      }
      const outcomes = Object.entries(calls).map(async ([name, call]) => [name, await call])
      return Object.fromEntries(await Promise.all(outcomes))
    },
  }
}

function outcomeOf({ status, body }: RawReply): string {
  const { result, error } = body.startsWith('{') ? JSON.parse(body) : {}
  return `${status} ${result?.resultCode ?? error ?? ''}`.trim()
}
