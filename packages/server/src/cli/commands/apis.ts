/**
 * @module `assent apis list`: prints the table of scopes and APIs.
 */
import { loadConfig } from '../../config/load.ts'
import { mergeScopes, toApi } from '../../config/registry.ts'
import { renderScopeApiTable } from '../../engine/apis/scope-api-table.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'

export const listApis = defineCommand({
  name: 'apis list',
  usages: [
    {
      syntax: 'apis list --config assent.yaml',
      help: 'Prints which scope permits which API and field.',
    },
  ],
  options: CONFIG_OPTION,
  async run({ config }) {
    const loaded = loadConfig(config)
    print(renderScopeApiTable(mergeScopes(loaded), (loaded.apis ?? []).map(toApi)))
  },
})
