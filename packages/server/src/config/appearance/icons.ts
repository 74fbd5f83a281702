/**
 * @module The icons of mini programs that assent.yaml names as files. This server serves them itself, because the content security
 * policy of the consent page allows images from no other origin.
 */
import type { Image } from '../../http/html/theme-types.ts'
import type { LoadedConfig } from '../loaded-config.ts'
import { isDataUri, MAX_ICON_BYTES, readImage } from './images.ts'

/** @returns icons by appId. @throws {Error} when a file has changed since it was checked, and cannot be used */
export function readIcons(config: LoadedConfig): ReadonlyMap<string, Image> {
  const miniPrograms = config.clients.flatMap((client) => client.miniPrograms)
  return new Map(
    miniPrograms.flatMap(({ appId, icon }) =>
      icon === undefined || isUrl(icon)
        ? []
        : [[appId, readImage(icon, config.folder, MAX_ICON_BYTES)] as const],
    ),
  )
}

/** Whether an icon is at an address of its own, and neither a file nor a `data:` URI. */
export function isUrl(icon: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(icon) && !isDataUri(icon)
}

/** The URL of the icon for wallets; empty when the mini program has none. */
export function iconUrl(issuer: string, appId: string, icon: string | undefined): string {
  if (icon === undefined) return ''
  return isUrl(icon) ? icon : `${issuer}/consent/icons/${appId}`
}
