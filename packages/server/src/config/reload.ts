/**
 * @module The part of assent.yaml that changes while a node runs: wallets, clients, mini programs, scopes and APIs. The file is
 * looked at twice a second; a file that is not right changes nothing.
 */
import { unwatchFile, watchFile } from 'node:fs'
import type { Store } from '../engine/ports.ts'
import type { Registry } from '../engine/registry.ts'
import type { ApiRoutes } from '../http/gateway/api-routes.ts'
import type { Image, Theme } from '../http/html/theme-types.ts'
import type { SigningParty } from '../http/signed-message.ts'
import { readIcons } from './icons.ts'
import { type LoadedConfig, loadConfig } from './load.ts'
import { buildApiRoutes, buildCallers, buildRegistry } from './registry.ts'
import { readThemes } from './themes.ts'

const LOOK_EVERY_MILLISECONDS = 500

/** What is built of the file: all of one version. */
type Built = {
  readonly config: LoadedConfig
  readonly registry: Registry
  readonly callers: {
    readonly clients: ReadonlyMap<string, SigningParty>
    readonly wallets: ReadonlyMap<string, SigningParty>
  }
  readonly apiRoutes: ApiRoutes
  readonly icons: ReadonlyMap<string, Image>
  readonly themes: ReadonlyMap<string, Theme>
}

export interface ReloadableConfig {
  /** As the file was when it was last right. */
  current(): Built
  stop(): void
}

type Log = {
  info(message: string): void
  error(context: object, message: string): void
}

export async function watchConfig(
  config: LoadedConfig,
  store: Pick<Store, 'internClient'>,
  log: Log,
): Promise<ReloadableConfig> {
  let built = await build(config, store)

  async function reload(): Promise<void> {
    try {
      const { wallets, clients, scopes, apis, consentDurations, folder } = loadConfig(config.path)
      const { scopes: _scopes, apis: _apis, consentDurations: _consentDurations, ...fixed } = config
      const live = {
        wallets,
        clients,
        folder,
        ...(scopes && { scopes }),
        ...(apis && { apis }),
        ...(consentDurations && { consentDurations }),
      }
      built = await build({ ...fixed, ...live }, store)
      log.info('assent.yaml was read again')
    } catch (error) {
      log.error(
        { err: error },
        'assent.yaml has changed and is not right: what was read before stays',
      )
    }
  }

  const changed = (): void => void reload()
  watchFile(config.path, { interval: LOOK_EVERY_MILLISECONDS, persistent: false }, changed)
  return { current: () => built, stop: () => unwatchFile(config.path, changed) }
}

async function build(config: LoadedConfig, store: Pick<Store, 'internClient'>): Promise<Built> {
  return {
    config,
    registry: await buildRegistry(config, store),
    callers: buildCallers(config),
    apiRoutes: buildApiRoutes(config),
    icons: readIcons(config),
    themes: readThemes(config),
  }
}
