/**
 * @module Finds the page of a wallet on which its users decide on authorization requests.
 */
import type { LoadedConfig } from '../config/loaded-config.ts'

type Wallets = Pick<LoadedConfig, 'wallets'>

/** The page of this wallet. Without a wallet id: of the first wallet that has one. */
export function authorizeUrlOf(
  { wallets }: Wallets,
  walletId: string | undefined,
): string | undefined {
  const candidates = wallets.filter((wallet) => wallet.walletId === (walletId ?? wallet.walletId))
  return candidates.find(({ authorizeUrl }) => authorizeUrl !== undefined)?.authorizeUrl
}

/** The logout page of the wallet whose users the client asks. */
export function logoutUrlOf(
  { wallets }: Wallets,
  walletId: string | undefined,
): string | undefined {
  const candidates = wallets.filter((wallet) => wallet.walletId === (walletId ?? wallet.walletId))
  return candidates.find(({ authorizeUrl }) => authorizeUrl !== undefined)?.logoutUrl
}

/** The page of the wallet that `customerBelongsTo` names, or of the first wallet that has one, for this request. */
export function authUrlOf(
  { wallets }: Wallets,
  authRequest: string,
  customerBelongsTo: string | undefined,
): string | undefined {
  const named = wallets.filter(
    (wallet) =>
      customerBelongsTo === undefined ||
      customerBelongsTo.toUpperCase() ===
        (wallet.customerBelongsTo ?? wallet.walletId).toUpperCase(),
  )
  const page = named.find(({ authorizeUrl }) => authorizeUrl !== undefined)?.authorizeUrl
  if (page === undefined) return undefined
  const url = new URL(page)
  url.searchParams.set('authRequest', authRequest)
  return url.href
}
