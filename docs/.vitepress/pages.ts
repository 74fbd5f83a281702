/**
 * @module The files that are pages of the site.
 */
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const DOCS_FOLDER = fileURLToPath(new URL('..', import.meta.url))

/** For those who change this project, and not for those who use it. */
export const NOT_PAGES = ['decisions/**', 'dependencies.md', 'performance.md']
const NOT_PAGE = /^(?:\.\.\/|decisions\/|(?:dependencies|performance)\.md$)/

/** @param file relative to `docs`, with `/` between folders */
export function isPage(file: string): boolean {
  return file.endsWith('.md') && !NOT_PAGE.test(file) && existsSync(DOCS_FOLDER + file)
}

/** Whether a server offers a file below `/docs`: the contracts. */
export function isDownload(file: string): boolean {
  return file.startsWith('contracts/') && existsSync(DOCS_FOLDER + file)
}

/** The other pages of a folder. @param readme such as `causes/README.md` */
export function pagesBeside(readme: string): readonly string[] {
  const folder = readme.replace(/README\.md$/, '')
  return readdirSync(`${DOCS_FOLDER}${folder}`)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .sort()
    .map((name) => folder + name)
}
