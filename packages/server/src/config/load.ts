/**
 * @module The only reader of assent.yaml. A configuration that it returns has passed all checks.
 */
import { dirname, resolve } from 'node:path'
import { readPublicKey } from '../crypto/keys/public-keys.ts'
import { checkApis } from './checks/apis.ts'
import { checkNames, checkUniqueIds } from './checks/names.ts'
import { checkOAuthClients } from './checks/oauth-clients.ts'
import { checkPurposes, checkScopes } from './checks/scopes.ts'
import { checkIssuer, checkLinks, checkNotifyUrls, checkOrigins } from './checks/urls.ts'
import type { LoadedConfig } from './loaded-config.ts'
import { type Config, ConfigSchema } from './schema.ts'
import { contrast } from './themes.ts'
import { ConfigError, type ConfigIssue, readYamlFile, type YamlFile } from './yaml.ts'

export const DEFAULT_ACCESS_TOKEN_SECONDS = 3600
export const DEFAULT_REFRESH_TOKEN_SECONDS = 180 * 86_400

/** WCAG 2.2 §1.4.3, for text of normal size. */
const MIN_CONTRAST = 4.5
const BACKGROUNDS = { accent: '#ffffff', accentDark: '#12151a' } as const

/** @throws {ConfigError} with every problem of the file */
export function loadConfig(path: string): LoadedConfig {
  const file = readYamlFile(path, ConfigSchema)
  const folder = dirname(resolve(path))
  const problems = [
    ...checkIssuer(file),
    ...checkUniqueIds(file),
    ...checkScopes(file),
    ...checkPurposes(file),
    ...checkNames(file),
    ...checkLinks(file),
    ...checkThemes(file),
    ...checkApis(file),
    ...checkTokenLifetimes(file),
    ...checkOrigins(file),
    ...checkNotifyUrls(file),
    ...checkOAuthClients(file),
    ...checkKeys(file, folder),
  ]
  if (problems.length > 0) throw new ConfigError(path, problems)
  return { ...file.value, path: resolve(path), folder, fromFile: file.value }
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

function checkKeys({ value, addIssue }: YamlFile<Config>, folder: string): readonly ConfigIssue[] {
  return (['wallets', 'clients'] as const).flatMap((kind) =>
    value[kind].flatMap(({ keys }, owner) =>
      keys.flatMap(({ publicKey }, index) => {
        try {
          readPublicKey(publicKey, folder)
          return []
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error)
          return [addIssue([kind, owner, 'keys', index, 'publicKey'], message)]
        }
      }),
    ),
  )
}
