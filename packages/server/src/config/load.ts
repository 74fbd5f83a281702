/**
 * @module The only reader of assent.yaml. What it returns has passed all checks.
 */
import { dirname, resolve } from 'node:path'
import { checkAdministrators } from './checks/administrators.ts'
import { checkOAuthServer } from './checks/oauth-clients.ts'
import { checkPaths } from './checks/paths.ts'
import { checkSections, checkShownEntries, checkTargets } from './checks/sections.ts'
import { normalizeTexts, type SchemaNode } from './checks/texts.ts'
import { checkDatabaseUrl, checkDirectoryUrl, checkIssuer } from './checks/urls.ts'
import type { LoadedConfig } from './loaded-config.ts'
import { withoutRejected } from './rejected-entries.ts'
import { type Config, ConfigSchema } from './schema.ts'
import type { Sections } from './sections.ts'
import { ConfigError, type ConfigIssue, readYamlFile, type YamlFile } from './yaml.ts'

/**
 * Reads the file. Entries whose texts or images cannot be shown are left out; `issues` names them.
 * @param former the entries that are in the registry: they keep their texts instead of being left out
 * @throws {ConfigError} with every problem of the file, when one of them concerns more than an entry, or no wallet of it remains
 */
export function loadConfig(path: string, former?: Sections): LoadedConfig {
  const file = readConfigFile(path)
  const folder = dirname(resolve(path))
  const problems = [
    ...checkNode(file, folder),
    ...checkSections(file, folder, file.value),
    ...checkTargets(file),
  ]
  const schema = ConfigSchema as SchemaNode
  const issues = checkShownEntries(file, folder, schema, former)
  const config = withoutRejected(normalizeTexts(file.value, schema), issues, former)
  const hasLostWallets = file.value.wallets.length > 0 && config.wallets.length === 0
  if (problems.length > 0 || hasLostWallets) throw new ConfigError(path, [...problems, ...issues])
  return { ...config, path: resolve(path), folder, fromFile: file.value, issues }
}

function readConfigFile(path: string): YamlFile<Config> {
  const { value, addIssue } = readYamlFile(path, ConfigSchema)
  return {
    value: { ...value, wallets: value.wallets ?? [], clients: value.clients ?? [] },
    addIssue,
  }
}

/** The problems of the settings of the node. */
function checkNode(file: YamlFile<Config>, folder: string): readonly ConfigIssue[] {
  return [
    ...checkIssuer(file),
    ...checkAdministrators(file, folder),
    ...checkDirectoryUrl(file),
    ...checkDatabaseUrl(file),
    ...checkPaths(file, folder),
    ...checkOAuthServer(file),
  ]
}
