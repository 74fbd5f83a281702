/**
 * @module How the site searches its index.
 */
import type { DefaultTheme } from 'vitepress'
import { wordsOf } from './search-terms.ts'

/** Plain data: a function would be compiled in the browser, which the content security policy refuses. */
export const SEARCH_OPTIONS = {
  fuzzy: 0.2,
  prefix: true,
  boost: { title: 4, text: 2, titles: 1 },
}

export const LOCAL_SEARCH: DefaultTheme.LocalSearchOptions = {
  detailedView: false,
  miniSearch: { searchOptions: SEARCH_OPTIONS },
  // Fields and codes are in cells and items. The browser does not get this function.
  async _render(source, env, md) {
    const html = md.render(source, env)
    return env.frontmatter?.['search'] === false
      ? ''
      : html.replaceAll(/<\/(?:td|li)>/g, (end, offset: number) => {
          const start = Math.max(html.lastIndexOf('<td', offset), html.lastIndexOf('<li', offset))
          return ` ${wordsOf(html.slice(start, offset).replaceAll(/<[^>]*>/g, ' ')).join(' ')}${end}`
        })
  },
}
