/**
 * @module The index of the search, in the place of MiniSearch in the dialog of VitePress: first what the query is the title of, then
 * what has it as a name, then what has every word of it, then what has some.
 */
import MiniSearch, { type Options, type SearchResult } from 'minisearch'
import { isName, toWord } from '../search-terms.ts'

export type SearchIndex = { search(query: string): SearchResult[] }

function loadJSON(json: string, options: Options): SearchIndex {
  const index = MiniSearch.loadJSON(json, options)
  return {
    search(query) {
      const name = query.trim()
      const all = index.search(query, { combineWith: 'AND' })
      return withoutRepetition([
        ...all.filter(({ title }) => title === name),
        ...(isName(name) ? index.search(toWord(name), { prefix: false, fuzzy: false }) : []),
        ...all,
        ...index.search(query),
      ])
    },
  }
}

function withoutRepetition(results: readonly SearchResult[]): SearchResult[] {
  const ids = new Set<unknown>()
  return results.filter(({ id }) => !ids.has(id) && ids.add(id))
}

// The name and the form that the dialog imports.
export default { loadJSON }
