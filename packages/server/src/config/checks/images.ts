/**
 * @module Checks of the images in assent.yaml: icons of mini programs and logos of wallets.
 */
import { isUrl, MAX_ICON_BYTES, MAX_LOGO_BYTES, readImage } from '../appearance/images.ts'
import type { Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

/** Reads every image once. An issue names the image, so that its entry is used without it. */
export function checkImages(
  { value, addIssue }: YamlFile<Sections>,
  folder: string,
): readonly ConfigIssue[] {
  const icons = value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.map(({ icon }, app) => ({
      problem: problemOfIcon(icon, folder),
      path: ['clients', client, 'miniPrograms', app, 'icon'],
    })),
  )
  const logos = value.wallets.map(({ theme }, wallet) => ({
    problem: theme?.logo === undefined ? undefined : problemOf(theme.logo, folder, MAX_LOGO_BYTES),
    path: ['wallets', wallet, 'theme', 'logo'],
  }))
  return [...icons, ...logos].flatMap(({ problem, path }) =>
    problem === undefined ? [] : [addIssue(path, problem)],
  )
}

function problemOfIcon(icon: string | undefined, folder: string): string | undefined {
  if (icon === undefined) return undefined
  if (!isUrl(icon)) return problemOf(icon, folder, MAX_ICON_BYTES)
  const isHttps = URL.canParse(icon) && new URL(icon).protocol === 'https:'
  return isHttps ? undefined : 'must be a file, a data: URI or an https URL'
}

function problemOf(image: string, folder: string, maxBytes: number): string | undefined {
  try {
    readImage(image, folder, maxBytes)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
