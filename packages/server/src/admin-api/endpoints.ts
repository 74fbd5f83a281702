/**
 * @module The endpoints of the admin API, from its table.
 */
import type { Endpoint } from '../http/endpoint.ts'
import type { FoundRow, Method } from './row.ts'
import { ADMIN_API } from './table.ts'

export const API_PREFIX = '/admin/v1'
export const OPENAPI_PATH: string = `${API_PREFIX}/openapi.json`
/** Everything else below the prefix. */
export const UNKNOWN_PATH: string = `${API_PREFIX}/*`

/** A path with its rows by method. */
export type Resource = {
  readonly path: string
  readonly rows: ReadonlyMap<Method, FoundRow>
}

/** @example toRoutePath('/clients/{clientId}') // '/admin/v1/clients/:clientId' */
function toRoutePath(path: string): string {
  return API_PREFIX + path.replaceAll(/\{(\w+)\}/g, ':$1')
}

export const RESOURCES: readonly Resource[] = [
  ...new Set(ADMIN_API.map(({ row }) => row.path)),
].map((path) => ({
  path: toRoutePath(path),
  rows: new Map(
    ADMIN_API.filter(({ row }) => row.path === path).map((found) => [found.row.method, found]),
  ),
}))

/** What protects users is rejected last under overload. */
function isProtective({ operation }: FoundRow): boolean {
  return operation.startsWith('emergency.') || operation === 'grants.withdraw'
}

export const ADMIN_API_ENDPOINTS: readonly Endpoint[] = [
  ...RESOURCES.map(
    ({ path, rows }): Endpoint => ({
      path,
      methods: [...rows.keys()],
      sheddingClass: [...rows.values()].some(isProtective) ? 'withdrawal' : 'token',
    }),
  ),
  { path: OPENAPI_PATH, methods: ['GET'], sheddingClass: 'token' },
  { path: UNKNOWN_PATH, methods: 'all', sheddingClass: 'token' },
]
