/**
 * @module The whole matrix: which scope opens which API, and what of its answer. As Markdown, for a terminal and for the docs of a
 * running server.
 */
import type { Api, ScopeEntry } from '../registry.ts'

/** User info is an API like the others: its scopes are those that open a field, or the user's id. */
export const USER_INFO_API = 'inquiryUserInfo'

export function apiMatrix(scopes: ReadonlyMap<string, ScopeEntry>, apis: readonly Api[]): string {
  const userInfo = [...scopes.values()].flatMap(({ scope, implicit, fields }): Row[] =>
    implicit || fields.length > 0
      ? [[scope, USER_INFO_API, 'any', ['userId', ...fields].join(', ')]]
      : [],
  )
  const others = apis.flatMap((api) =>
    api.scopes.map((scope): Row => {
      const opened = api.fields ? (api.fields[scope] ?? []).join(', ') : 'the whole answer'
      return [scope, api.name, api.scopeMatch, opened || 'nothing of its own']
    }),
  )
  const rows = [...userInfo, ...others].sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  return [HEAD, HEAD.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

type Row = readonly [scope: string, api: string, needs: string, opens: string]

const HEAD: Row = ['scope', 'API', 'needs', 'opens']
