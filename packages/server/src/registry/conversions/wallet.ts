/**
 * @module Converts the document of a wallet to the wallet of the engine, and to the theme of its pages.
 */

import type { Wallet as WalletDocument } from '../../config/sections.ts'
import type { Wallet } from '../../engine/registry.ts'
import type { Image, Theme } from '../../http/html/theme-types.ts'
import { definedOf } from './defined-members.ts'

export function toWallet(wallet: WalletDocument): Wallet {
  return {
    walletId: wallet.walletId,
    name: wallet.name ?? wallet.walletId,
    customerBelongsTo: wallet.customerBelongsTo ?? wallet.walletId,
    settingsPath: wallet.settingsPath ?? 'Privacy',
    origins: wallet.origins ?? [],
    ...definedOf(wallet, ['authorizeUrl', 'logoutUrl', 'defaultCountry']),
  }
}

type ThemeDocument = NonNullable<WalletDocument['theme']>

/** A few CSS custom properties that override the default design tokens. */
export function toTheme(
  { accent, accentDark, radius, font }: ThemeDocument,
  logo: Image | undefined,
): Theme {
  const light = [
    ...(accent !== undefined ? [`--assent-accent:${accent}`] : []),
    ...(radius !== undefined ? [`--assent-radius:${radius}px`] : []),
    ...(font !== undefined ? [`--assent-font:${font},sans-serif`] : []),
  ]
  const dark = accentDark !== undefined ? [`--assent-accent:${accentDark}`] : []
  const style = [
    ...(light.length > 0 ? [`:root{${light.join(';')}}`] : []),
    ...(dark.length > 0 ? [`@media (prefers-color-scheme:dark){:root{${dark.join(';')}}}`] : []),
  ].join('')
  return { style, ...(logo && { logo }) }
}
