/**
 * @module The search of the documentation: the index of the site, read as the site reads it.
 */
import { readFileSync } from 'node:fs'
import { ERRORS } from '@assent/protocol'
import { beforeAll, describe, expect, it } from 'vitest'
import { DOCS_FOLDER, pagesBeside } from '../../../../../docs/.vitepress/pages.ts'
import { linkOf } from '../../../../../docs/.vitepress/routes.ts'
import { SEARCH_OPTIONS } from '../../../../../docs/.vitepress/search.ts'
import searchIndex, { type SearchIndex } from '../../../../../docs/.vitepress/theme/search-index.ts'
import { readLibrary } from '../../../src/http/docs/library.ts'

const { files, pages } = readLibrary()

let index: SearchIndex
beforeAll(async () => {
  const [, file] = [...files].find(([path]) => path.includes('localSearchIndexroot')) ?? []
  if (!file) throw new Error('The site has no index.')
  const { default: json } = (await import(file.href)) as { readonly default: string }
  index = searchIndex.loadJSON(json, {
    fields: ['title', 'titles', 'text'],
    storeFields: ['title', 'titles'],
    searchOptions: SEARCH_OPTIONS,
  })
})

/** The pages of the first results, as many as the dialog shows without scrolling. */
function firstPages(query: string): readonly string[] {
  const results = index.search(query).slice(0, 5)
  return results.map(({ id }) => String(id).split('#')[0] ?? '')
}

function markdownOf(url: string): string {
  const page = pages.get(url.replace(/\/$/, ''))
  return page ? readFileSync(page.markdown, 'utf8') : ''
}

const isFound = (name: string): boolean =>
  firstPages(name).some((url) => markdownOf(url).includes(name))

/** The names at the beginning of the rows and items of a page. */
function fieldsOf(file: string): readonly string[] {
  const lines = readFileSync(DOCS_FOLDER + file, 'utf8').match(/^(?:\| |- )`.*$/gm) ?? []
  return lines.flatMap((line) => {
    const [start = ''] = line.split(/ \| | \(|: /)
    return [...start.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  })
}

describe('the search of the documentation', () => {
  it.each(['causes/README.md', 'problems/README.md'])('finds each page beside %s', (readme) => {
    const missing = pagesBeside(readme).filter((file) => {
      const name = file.replace(/^.*\/|\.md$/g, '')
      return !firstPages(name).includes(`/docs${linkOf(file)}`)
    })
    expect(missing).toEqual([])
  })

  it('finds each error code', () => {
    const codes = Object.keys(ERRORS)
    expect(codes.length).toBeGreaterThan(50)
    expect(codes.filter((code) => !isFound(code))).toEqual([])
  })

  it.each([
    'configuration.md',
    'reference/admin-api.md',
    'reference/host-services.md',
    'reference/merchant-api.md',
    'reference/wallet-api.md',
  ])('finds each field of %s', (file) => {
    const fields = [...new Set(fieldsOf(file))]
    expect(fields.length).toBeGreaterThan(10)
    expect(fields.filter((field) => !isFound(field))).toEqual([])
  })

  it('finds nothing for a word that no page has', () => {
    expect(firstPages('xqzvwk')).toEqual([])
  })
})
