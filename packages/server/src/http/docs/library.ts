/**
 * @module The Markdown files of the documentation, which the build copies into this package.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { PACKAGE_ROOT } from '../../package-root.ts'

const FOLDER = new URL('dist/docs/', PACKAGE_ROOT)

export type Page = {
  /** Relative to the folder of the documentation. Links of the page are relative to it. */
  readonly file: string
  readonly markdown: string
}

/** Pages by URL, such as `/docs/causes/TIMEOUT`. `README.md` is the page of its folder. */
export type Library = ReadonlyMap<string, Page>

export function readLibrary(): Library {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.replaceAll('\\', '/'))
  return new Map(files.map((file) => [urlOfFile(file), readPage(file)]))
}

function readPage(file: string): Page {
  return { file, markdown: readFileSync(new URL(file, FOLDER), 'utf8') }
}

/** The URL of a file. */
export function urlOfFile(file: string): string {
  return `/docs/${file}`.replace(/\.md$/, '').replace(/\/(?:README)?$/, '')
}
