/**
 * @module The scenarios: signed requests of a wallet and of a merchant's server, prepared before the measurement.
 */
import type { KeyObject } from 'node:crypto'
import { signRequest } from '@assent/merchant'
import { DIALECTS, WALLET_PATHS } from '@assent/protocol'
import type { Request } from './http-client.ts'
import { APP_ID, CLIENT_ID, type Parties, USERS, WALLET_ID } from './servers.ts'

export type Scenario = {
  readonly name: string
  /** Prepares the requests of a round. Each is sent once. */
  readonly prepare: (count: number) => Promise<readonly Request[]>
}

/** Sends requests outside the measurement and returns the response bodies. */
export type Send = (requests: readonly Request[]) => Promise<readonly Record<string, string>[]>

export type Signers = {
  readonly ofWallet: (path: string, data: object) => Request
  readonly ofMerchant: (path: string, data: object) => Request
}

export function createSigners({ walletKey, merchantKey }: Parties): Signers {
  const signed = (clientId: string, key: KeyObject, path: string, data: object): Request => {
    const body = JSON.stringify(data)
    const now = Math.floor(Date.now() / 1000)
    return { path, body, headers: signRequest({ clientId, key, keyVersion: 1, path, body, now }) }
  }
  return {
    ofWallet: (path, data) => signed(WALLET_ID, walletKey, path, data),
    ofMerchant: (path, data) => signed(CLIENT_ID, merchantKey, path, data),
  }
}

/** The host context of a user who is present and tapped just now. */
export function presence(): object {
  return { firstScreen: false, visible: true, userGestureAt: new Date().toISOString() }
}

export function createScenarios(parties: Parties, send: Send): readonly Scenario[] {
  const { paths } = DIALECTS.v1
  const { ofWallet, ofMerchant } = createSigners(parties)

  const consults = (count: number): readonly Request[] =>
    Array.from({ length: count }, (_, n) =>
      ofWallet(WALLET_PATHS.consult, {
        appId: APP_ID,
        userId: `user-${n % USERS}`,
        scopes: ['auth_base', 'auth_user'],
      }),
    )
  const redeems = async (count: number): Promise<readonly Request[]> => {
    const codes = await send(consults(count))
    return codes.map(({ authCode }) =>
      ofMerchant(paths.applyToken[0], { grantType: 'AUTHORIZATION_CODE', authCode }),
    )
  }
  const tokens = async (count: number): Promise<readonly Record<string, string>[]> =>
    send(await redeems(count))

  const refreshes = async (count: number): Promise<readonly Request[]> =>
    (await tokens(count)).map(({ refreshToken }) =>
      ofMerchant(paths.applyToken[0], { grantType: 'REFRESH_TOKEN', refreshToken }),
    )
  const inquiries = async (count: number): Promise<readonly Request[]> =>
    (await tokens(count)).map(({ accessToken }) =>
      ofMerchant(paths.inquiryUserInfo[0], { accessToken }),
    )

  return [
    { name: 'consult to code', prepare: async (count) => consults(count) },
    { name: 'redeem', prepare: redeems },
    { name: 'refresh', prepare: refreshes },
    { name: 'inquiryUserInfo', prepare: inquiries },
    {
      name: 'mixed day',
      async prepare(count) {
        const all = await Promise.all([
          inquiries(count * 0.7),
          consults(count * 0.2),
          redeems(count * 0.08),
          refreshes(count * 0.02),
        ])
        return spread(all).slice(0, count)
      },
    },
  ]
}

/** Merges lists, with the items of each list evenly distributed over the result. */
function spread<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const placed = lists.flatMap((list) =>
    list.map((item, index) => ({ item, at: (index + 0.5) / list.length })),
  )
  return placed.sort((a, b) => a.at - b.at).map(({ item }) => item)
}

/** Makes every user grant the scopes that the scenarios request. */
export async function grantAll(parties: Parties, send: Send): Promise<void> {
  const { ofWallet } = createSigners(parties)
  const users = Array.from({ length: USERS }, (_, n) => `user-${n}`)
  const prompts = await send(
    users.map((userId) =>
      ofWallet(WALLET_PATHS.consult, {
        appId: APP_ID,
        userId,
        scopes: ['auth_base', 'auth_user'],
        context: presence(),
      }),
    ),
  )
  await send(
    prompts.map(({ consentRequestId, sheetHash }, n) =>
      ofWallet(WALLET_PATHS.decide, {
        consentRequestId,
        sheetHash,
        userId: users[n],
        granted: ['auth_user'],
      }),
    ),
  )
}
