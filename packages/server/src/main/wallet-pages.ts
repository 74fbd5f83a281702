/**
 * @module Finds the wallet on whose page its users decide on authorization requests.
 */
import type { LoadedConfig } from '../config/loaded-config.ts'
import type { WalletPage } from '../http/authorization-response.ts'

type Wallets = Pick<LoadedConfig, 'wallets'>

/** The page of this wallet. Without a wallet id: of the first wallet that has one. */
export function walletPageOf(
  { wallets }: Wallets,
  walletId: string | undefined,
): WalletPage | undefined {
  return firstPage(wallets.filter((wallet) => wallet.walletId === (walletId ?? wallet.walletId)))
}

/** The logout page of the wallet whose users the client asks. */
export function logoutUrlOf(
  { wallets }: Wallets,
  walletId: string | undefined,
): string | undefined {
  const candidates = wallets.filter((wallet) => wallet.walletId === (walletId ?? wallet.walletId))
  return candidates.find(({ authorizeUrl }) => authorizeUrl !== undefined)?.logoutUrl
}

/** The page of the wallet that `customerBelongsTo` names, or of the first wallet that has one. */
export function preparedPageOf(
  { wallets }: Wallets,
  customerBelongsTo: string | undefined,
): WalletPage | undefined {
  return firstPage(
    wallets.filter(
      (wallet) =>
        customerBelongsTo === undefined ||
        customerBelongsTo.toUpperCase() ===
          (wallet.customerBelongsTo ?? wallet.walletId).toUpperCase(),
    ),
  )
}

function firstPage(wallets: Wallets['wallets']): WalletPage | undefined {
  const pages = wallets.flatMap(({ walletId, authorizeUrl }) =>
    authorizeUrl === undefined ? [] : [{ walletId, authorizeUrl }],
  )
  return pages[0]
}
