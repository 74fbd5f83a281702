/**
 * @module How pages look in a wallet: a few tokens of its own over the ones that all have (design tokens).
 */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Image, PLAIN_THEME, type Theme } from '../http/html/theme-types.ts'
import { imageType } from './icons.ts'
import type { LoadedConfig } from './load.ts'

const MAX_LOGO_BYTES = 8 * 1024

/** By walletId. @throws {Error} when a logo cannot be read, is no picture or too large */
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
  return { style, ...(logo !== undefined && { logo: readLogo(resolve(folder, logo)) }) }
}

function readLogo(path: string): Image {
  const type = imageType(path)
  if (type === undefined) throw new Error(`the logo is no picture: ${path}`)
  if (statSync(path).size > MAX_LOGO_BYTES)
    throw new Error(`the logo is larger than ${MAX_LOGO_BYTES / 1024} KB: ${path}`)
  return { type, bytes: readFileSync(path) }
}

/** WCAG 2.2 §1.4.3: of two colours as `#rrggbb`, from 1 to 21. */
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
