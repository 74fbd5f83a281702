/**
 * @module Finds the wallet on whose page its users decide on authorization requests.
 */
import type { Catalog, Wallet } from '../engine/registry.ts'
import type { WalletPage } from '../http/authorization-response.ts'

type Wallets = Pick<Catalog, 'wallets'>

/** The page of this wallet. Without a wallet id: of the first wallet that has one. */
export function walletPageOf(
  { wallets }: Wallets,
  walletId: string | undefined,
): WalletPage | undefined {
  return firstPage(candidatesOf(wallets, walletId))
}

/** The logout page of the wallet whose users the client asks. */
export function logoutUrlOf(
  { wallets }: Wallets,
  walletId: string | undefined,
): string | undefined {
  const candidates = candidatesOf(wallets, walletId)
  return candidates.find(({ authorizeUrl }) => authorizeUrl !== undefined)?.logoutUrl
}

/** The page of the wallet that `customerBelongsTo` names, or of the first wallet that has one. */
export function preparedPageOf(
  { wallets }: Wallets,
  customerBelongsTo: string | undefined,
): WalletPage | undefined {
  return firstPage(
    [...wallets.values()].filter(
      (wallet) =>
        customerBelongsTo === undefined ||
        customerBelongsTo.toUpperCase() === wallet.customerBelongsTo.toUpperCase(),
    ),
  )
}

function candidatesOf(
  wallets: Wallets['wallets'],
  walletId: string | undefined,
): readonly Wallet[] {
  return [...wallets.values()].filter((wallet) => wallet.walletId === (walletId ?? wallet.walletId))
}

function firstPage(wallets: readonly Wallet[]): WalletPage | undefined {
  const pages = wallets.flatMap(({ walletId, authorizeUrl }) =>
    authorizeUrl === undefined ? [] : [{ walletId, authorizeUrl }],
  )
  return pages[0]
}
