/**
 * @module Themes of wallets: a few CSS custom properties that override the default design tokens.
 */
import { PLAIN_THEME, type Theme } from '../../http/html/theme-types.ts'
import type { LoadedConfig } from '../loaded-config.ts'
import { MAX_LOGO_BYTES, readImage } from './images.ts'

/** @returns themes by walletId. @throws {Error} when a logo has changed since it was checked, and cannot be used */
export function readThemes(config: LoadedConfig): ReadonlyMap<string, Theme> {
  return new Map(
    config.wallets.map(({ walletId, theme }) => [
      walletId,
      theme ? toTheme(theme, config.folder) : PLAIN_THEME,
    ]),
  )
}

function toTheme(
  { accent, accentDark, radius, font, logo }: NonNullable<LoadedConfig['wallets'][number]['theme']>,
  folder: string,
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
  return {
    style,
    ...(logo !== undefined && { logo: readImage(logo, folder, MAX_LOGO_BYTES) }),
  }
}

/**
 * The contrast ratio of two colors given as `#rrggbb`, from 1 to 21.
 * @see [WCAG 2.2, contrast ratio](https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)
 */
export function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
