/**
 * @module The cases: what a wallet and a merchant's server send, signed beforehand.
 */
import type { KeyObject } from 'node:crypto'
import { signRequest } from '@assent/merchant'
import { DIALECTS, WALLET_PATHS } from '@assent/protocol'
import type { Request } from './caller.ts'
import { APP_ID, CLIENT_ID, type Parties, USERS, WALLET_ID } from './servers.ts'

export type Case = {
  readonly name: string
  /** Requests of a round, each to be sent once. */
  readonly prepare: (count: number) => Promise<readonly Request[]>
}

/** Sends requests outside the measurement and gives the answers. */
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

/** What a wallet says of a user who is there and has tapped. */
export function presence(): object {
  return { firstScreen: false, visible: true, userGestureAt: new Date().toISOString() }
}

export function createCases(parties: Parties, send: Send): readonly Case[] {
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

/** Lists as one, each spread evenly over the whole. */
function spread<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const placed = lists.flatMap((list) =>
    list.map((item, index) => ({ item, at: (index + 0.5) / list.length })),
  )
  return placed.sort((a, b) => a.at - b.at).map(({ item }) => item)
}

/** Lets every user grant what the cases ask for. */
export async function grantAll(parties: Parties, send: Send): Promise<void> {
  const { ofWallet } = createSigners(parties)
  const users = Array.from({ length: USERS }, (_, n) => `user-${n}`)
  const asked = await send(
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
    asked.map(({ consentRequestId, sheetHash }, n) =>
      ofWallet(WALLET_PATHS.decide, {
        consentRequestId,
        sheetHash,
        userId: users[n],
        granted: ['auth_user'],
      }),
    ),
  )
}
