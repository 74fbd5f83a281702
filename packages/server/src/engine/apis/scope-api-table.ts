/**
 * @module The table of scopes and APIs: which scope gives access to which API and which fields, as Markdown, for a terminal and for the
 * documentation of a running server.
 */
import type { Api, ScopeEntry } from '../registry.ts'

/** The user info API. Its scopes are those that permit a field or the user's id. */
export const USER_INFO_API = 'inquiryUserInfo'

/** Renders the table. */
export function renderScopeApiTable(
  scopes: ReadonlyMap<string, ScopeEntry>,
  apis: readonly Api[],
): string {
  const userInfo = [...scopes.values()].flatMap(({ scope, implicit, fields }): Row[] =>
    implicit || fields.length > 0
      ? [[scope, USER_INFO_API, 'any', ['userId', ...fields].join(', ')]]
      : [],
  )
  const others = apis.flatMap((api) =>
    api.scopes.map((scope): Row => {
      const fields = api.fields ? (api.fields[scope] ?? []).join(', ') : 'the whole response'
      return [scope, api.name, api.scopeMatch, fields || 'no field']
    }),
  )
  const rows = [...userInfo, ...others].sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  return [HEAD, HEAD.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

type Row = readonly [scope: string, api: string, scopeMatch: string, fields: string]

const HEAD: Row = ['scope', 'API', 'scope match', 'fields']
