/**
 * @module `assent apis list`: prints the table of scopes and APIs.
 */

import type { Api, Scope } from '../../config/sections.ts'
import { renderScopeApiTable, scopeApiRows } from '../../engine/apis/scope-api-table.ts'
import { toApi } from '../../registry/conversions/api.ts'
import { mergeScopes } from '../../registry/conversions/scope.ts'
import { documentsOf } from '../../registry/current-records.ts'
import { CONFIG_OPTION, defineCommand, print } from '../command.ts'
import { withStore } from '../store.ts'

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
    await withStore(config, async (store, { scopes: ownScopes = [], apis: ownApis = [] }) => {
      // What the file declares comes last: it is in force when a node has read it.
      const scopes = [...(await documentsOf<Scope>(store, 'scope')), ...ownScopes]
      const apis = [...(await documentsOf<Api>(store, 'api')), ...ownApis]
      const byName = new Map(apis.map((api) => [api.name, toApi(api)]))
      print(renderScopeApiTable(scopeApiRows(mergeScopes(scopes), [...byName.values()])))
    })
  },
})
