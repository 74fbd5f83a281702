/**
 * @module `assent check`: reports every problem of assent.yaml with its line and column.
 */
import { readIcons } from '../../config/icons.ts'
import { loadConfig } from '../../config/load.ts'
import { readThemes } from '../../config/themes.ts'
import { describeUsersFile } from '../../config/users-file.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { orUsageError } from '../usage-error.ts'

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
    await orUsageError(`${config} names an image that cannot be used`, () => {
      readIcons(loaded)
      readThemes(loaded)
    })
    for (const warning of describeUsersFile(loaded, Date.now() / 1000)) print(`warning: ${warning}`)
    const { clients, wallets } = loaded
    const apps = clients.flatMap(({ miniPrograms }) => miniPrograms).length
    print(
      `${config} is valid: ${wallets.length} wallets, ${clients.length} clients, ${apps} mini programs`,
    )
  },
})
