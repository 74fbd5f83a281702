/**
 * @module Records of the wallet's APIs behind the gateway.
 */
import { routesOf } from '../../config/checks/apis.ts'
import { ApiSchema } from '../../config/schema/apis.ts'
import type { Api } from '../../config/sections.ts'
import { defineRecordType, type RecordType } from './record-type.ts'
import { scopeReferences } from './scope.ts'

export const API: RecordType = defineRecordType<Api>({
  kind: 'api',
  label: 'API',
  schema: ApiSchema,
  idMember: 'name',
  references: (api) => [
    ...scopeReferences(api.scopes),
    ...routesOf(api).map((value) => ({ name: 'route', value, rule: 'unique' as const })),
  ],
})
