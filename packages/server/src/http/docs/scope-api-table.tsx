/**
 * @module The table of this wallet's scopes and APIs as HTML. Its names are from the configuration, so each of them is escaped.
 */
import { renderToStaticMarkup } from 'preact-render-to-string'
import { SCOPE_API_HEAD, type ScopeApiRow } from '../../engine/apis/scope-api-table.ts'

export function scopeApiTableHtml(rows: readonly ScopeApiRow[]): string {
  return renderToStaticMarkup(
    <table>
      <thead>
        <tr>
          {SCOPE_API_HEAD.map((name) => (
            <th key={name}>{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells) => (
          <tr key={cells.join(' ')}>
            {cells.map((cell, index) => (
              <td key={SCOPE_API_HEAD[index]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>,
  )
}
