/**
 * @module Icons of mini programs that the configuration names as files: served from here, because the consent page loads
 * nothing from anywhere else.
 */
import { readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import type { Image } from '../http/html/theme-types.ts'
import type { LoadedConfig } from './load.ts'

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
}

/** By its file's name. `undefined`: no picture. */
export function imageType(path: string): string | undefined {
  return IMAGE_TYPES[extname(path).toLowerCase()]
}

/** By appId. @throws {Error} when a file cannot be read or is no picture */
export function readIcons(config: LoadedConfig): ReadonlyMap<string, Image> {
  const miniPrograms = config.clients.flatMap((client) => client.miniPrograms)
  return new Map(
    miniPrograms.flatMap(({ appId, icon }) => {
      if (icon === undefined || URL.canParse(icon)) return []
      const type = imageType(icon)
      if (type === undefined) throw new Error(`the icon of ${appId} is no picture: ${icon}`)
      return [[appId, { type, bytes: readFileSync(resolve(config.folder, icon)) }] as const]
    }),
  )
}

/** Where a wallet finds the icon; empty when there is none. */
export function iconUrl(issuer: string, appId: string, icon: string | undefined): string {
  if (icon === undefined) return ''
  return URL.canParse(icon) ? icon : `${issuer}/consent/icons/${appId}`
}
