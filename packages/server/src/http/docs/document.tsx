/**
 * @module The HTML of a page of the documentation.
 */
import { htmlDocument } from '../html/layout.tsx'
import { PLAIN_THEME } from '../html/theme-types.ts'
import { DOCS_ENDPOINTS } from './endpoints.ts'

/** @param content HTML */
export function renderDocument(title: string, content: string): string {
  return htmlDocument(
    { locale: 'en', theme: PLAIN_THEME, title, kind: 'docs', origins: [] },
    <>
      <nav>
        <a href={DOCS_ENDPOINTS.index.path}>Documentation</a>
        <a href={DOCS_ENDPOINTS.apis.path}>Scopes and APIs of this wallet</a>
      </nav>
      <main dangerouslySetInnerHTML={{ __html: content }} />
    </>,
  )
}
