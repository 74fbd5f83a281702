/**
 * @module `assent check`: reports every problem of assent.yaml with its line and column.
 */
import { loadConfig } from '../../config/load.ts'
import type { LoadedConfig } from '../../config/loaded-config.ts'
import { keyFolderOf } from '../../config/store.ts'
import { describeUsersFile } from '../../config/users-file.ts'
import { ConfigError, formatIssue } from '../../config/yaml.ts'
import { problemsOfKeyFolder } from '../../crypto/keys/platform-keys.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { UsageError } from '../usage-error.ts'

export const check = defineCommand({
  name: 'check',
  usages: [
    {
      syntax: 'check --config assent.yaml',
      help: 'Reports the problems of the file, with line and column.',
    },
  ],
  options: CONFIG_OPTION,
  async run({ config }) {
    const loaded = loadConfig(config)
    const problems = [
      ...loaded.issues.map((issue) => formatIssue(config, issue)),
      ...checkUsersFile(loaded),
      ...problemsOfKeyFolder(keyFolderOf(loaded)).map(({ message }) => message),
    ]
    if (problems.length > 0) throw new UsageError(problems.join('\n'))
    const { clients, wallets } = loaded
    const apps = clients.flatMap(({ miniPrograms }) => miniPrograms).length
    print(
      `${config} is valid: ${wallets.length} wallets, ${clients.length} clients, ${apps} mini programs`,
    )
  },
})

/** Prints warnings. @returns the problems with which the server would not start */
function checkUsersFile(config: LoadedConfig): readonly string[] {
  try {
    for (const warning of describeUsersFile(config, Date.now() / 1000)) print(`warning: ${warning}`)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [error.message]
    throw error
  }
}
