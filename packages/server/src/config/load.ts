/**
 * @module The only reader of assent.yaml. What it returns has passed all checks.
 */
import { dirname, resolve } from 'node:path'
import { contrast } from './appearance/themes.ts'
import { checkApis } from './checks/apis.ts'
import { checkImages } from './checks/images.ts'
import { checkKeys } from './checks/keys.ts'
import { checkLookAlikes, checkUniqueIds } from './checks/names.ts'
import { checkSignatureEncodings } from './checks/notifications.ts'
import { checkOAuthClients, checkOAuthServer } from './checks/oauth-clients.ts'
import { checkPaths } from './checks/paths.ts'
import { checkRequestTimes } from './checks/request-times.ts'
import {
  checkPurposes,
  checkScopeNames,
  checkScopesExist,
  checkScopeTexts,
} from './checks/scopes.ts'
import { checkTexts, normalizeTexts } from './checks/texts.ts'
import {
  checkDatabaseUrl,
  checkDirectoryUrl,
  checkIssuer,
  checkLinks,
  checkNotifyUrls,
  checkOrigins,
  checkRedirects,
} from './checks/urls.ts'
import type { LoadedConfig } from './loaded-config.ts'
import { withoutRejected } from './rejected-entries.ts'
import { type Config, ConfigSchema } from './schema.ts'
import { ConfigError, type ConfigIssue, readYamlFile, type YamlFile } from './yaml.ts'

export const DEFAULT_ACCESS_TOKEN_SECONDS = 3600
export const DEFAULT_REFRESH_TOKEN_SECONDS = 180 * 86_400

/** WCAG 2.2 §1.4.3, for text of normal size. */
const MIN_CONTRAST = 4.5
const BACKGROUNDS = { accent: '#ffffff', accentDark: '#12151a' } as const

/**
 * Reads the file. Entries whose texts or images cannot be shown are left out; `issues` names them.
 * @param running the configuration in use, when the file is reloaded: its entries keep their texts instead of being left out
 * @throws {ConfigError} with every problem of the file, when one of them concerns more than an entry, or no wallet remains
 */
export function loadConfig(path: string, running?: LoadedConfig): LoadedConfig {
  const file = readYamlFile(path, ConfigSchema)
  const folder = dirname(resolve(path))
  const problems = checkFile(file, folder)
  const issues = checkShownEntries(file, folder, running)
  const config = withoutRejected(normalizeTexts(file.value), issues, running)
  if (problems.length > 0 || config.wallets.length === 0)
    throw new ConfigError(path, [...problems, ...issues])
  return { ...config, path: resolve(path), folder, fromFile: file.value, issues }
}

/** The problems that concern the whole file. */
function checkFile(file: YamlFile<Config>, folder: string): readonly ConfigIssue[] {
  return [
    ...checkIssuer(file),
    ...checkDirectoryUrl(file),
    ...checkRedirects(file),
    ...checkDatabaseUrl(file),
    ...checkPaths(file, folder),
    ...checkUniqueIds(file),
    ...checkRequestTimes(file),
    ...checkScopeNames(file),
    ...checkScopesExist(file),
    ...checkLinks(file),
    ...checkThemes(file),
    ...checkApis(file),
    ...checkTokenLifetimes(file),
    ...checkOrigins(file),
    ...checkNotifyUrls(file),
    ...checkSignatureEncodings(file),
    ...checkOAuthServer(file),
    ...checkOAuthClients(file),
    ...checkKeys(file, folder),
  ]
}

/** The problems of what users see of an entry. */
function checkShownEntries(
  file: YamlFile<Config>,
  folder: string,
  running: LoadedConfig | undefined,
): readonly ConfigIssue[] {
  return [
    ...checkTexts(file),
    ...checkScopeTexts(file),
    ...checkPurposes(file),
    ...checkLookAlikes(file, running),
    ...checkImages(file, folder),
  ]
}

/**
 * Links and switches in the wallet's color must be readable.
 * @see [WCAG 2.2 §1.4.3](https://www.w3.org/TR/WCAG22/#contrast-minimum)
 */
function checkThemes({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  return value.wallets.flatMap(({ theme }, wallet) =>
    (['accent', 'accentDark'] as const).flatMap((name) => {
      const color = theme?.[name]
      if (color === undefined) return []
      const ratio = contrast(color, BACKGROUNDS[name])
      if (ratio >= MIN_CONTRAST) return []
      const problem = `has a contrast of ${ratio.toFixed(1)} with ${color} on ${BACKGROUNDS[name]}`
      return [
        addIssue(
          ['wallets', wallet, 'theme', name],
          `${problem}: choose a color with a contrast of at least ${MIN_CONTRAST}`,
        ),
      ]
    }),
  )
}

function checkTokenLifetimes({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  return value.clients.flatMap((client, index) => {
    const { refreshTokenLifetimeSeconds: refresh, accessTokenLifetimeSeconds: access = 0 } = client
    if (refresh === undefined || refresh >= access) return []
    return [
      addIssue(
        ['clients', index, 'refreshTokenLifetimeSeconds'],
        `must be at least accessTokenLifetimeSeconds, which is ${access}`,
      ),
    ]
  })
}
