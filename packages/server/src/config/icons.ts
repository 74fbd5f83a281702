/**
 * @module Reads the icons of mini programs that assent.yaml names as files. This server serves them itself, because the content
 * security policy of the consent page allows images from no other origin.
 */
import { readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import type { Image } from '../http/html/theme-types.ts'
import type { LoadedConfig } from './loaded-config.ts'

const IMAGE_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
}

/** The media type by the file name extension, or `undefined` when it is no supported image. */
export function imageType(path: string): string | undefined {
  return IMAGE_TYPES[extname(path).toLowerCase()]
}

/** @returns icons by appId. @throws {Error} when a file cannot be read or is no image */
export function readIcons(config: LoadedConfig): ReadonlyMap<string, Image> {
  const miniPrograms = config.clients.flatMap((client) => client.miniPrograms)
  return new Map(
    miniPrograms.flatMap(({ appId, icon }) => {
      if (icon === undefined || URL.canParse(icon)) return []
      const type = imageType(icon)
      if (type === undefined)
        throw new Error(
          `The icon of ${appId} must be a png, jpg, webp or svg file, but is ${icon}.`,
        )
      return [[appId, { type, bytes: readFileSync(resolve(config.folder, icon)) }] as const]
    }),
  )
}

/** The URL of the icon for wallets; empty when the mini program has none. */
export function iconUrl(issuer: string, appId: string, icon: string | undefined): string {
  if (icon === undefined) return ''
  return URL.canParse(icon) ? icon : `${issuer}/consent/icons/${appId}`
}
