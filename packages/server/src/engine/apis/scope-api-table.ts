/**
 * @module The table of scopes and APIs: which scope gives access to which API and which fields, for a terminal and for the
 * documentation of a running server.
 */
import type { Api, ScopeEntry } from '../registry.ts'

/** The user info API. Its scopes are those that permit a field or the user's id. */
export const USER_INFO_API = 'inquiryUserInfo'

export type ScopeApiRow = readonly [scope: string, api: string, scopeMatch: string, fields: string]

export const SCOPE_API_HEAD: ScopeApiRow = ['scope', 'API', 'scope match', 'fields']

/** The rows of the table, by scope. */
export function scopeApiRows(
  scopes: ReadonlyMap<string, ScopeEntry>,
  apis: readonly Api[],
): readonly ScopeApiRow[] {
  const userInfo = [...scopes.values()].flatMap(({ scope, implicit, fields }): ScopeApiRow[] =>
    implicit || fields.length > 0
      ? [[scope, USER_INFO_API, 'any', ['userId', ...fields].join(', ')]]
      : [],
  )
  const others = apis.flatMap((api) =>
    api.scopes.map((scope): ScopeApiRow => {
      const fields = api.fields ? (api.fields[scope] ?? []).join(', ') : 'the whole response'
      return [scope, api.name, api.scopeMatch, fields || 'no field']
    }),
  )
  return [...userInfo, ...others].sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
}

/** The table as Markdown. */
export function renderScopeApiTable(rows: readonly ScopeApiRow[]): string {
  return [SCOPE_API_HEAD, SCOPE_API_HEAD.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
