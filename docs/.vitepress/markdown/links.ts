/**
 * @module Links of pages. They are relative to the file, as in the repository; the site has a URL for each page.
 */
import { posix } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'
import { DOCS_FOLDER, isDownload, isPage } from '../pages.ts'
import { linkOf } from '../routes.ts'

type Token = ReturnType<MarkdownRenderer['parse']>[number]

export function pageLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('page-links', ({ tokens, env }) => {
    // The path is that of the URL, where a page has both.
    const path = env.realPath ?? env.path
    for (const { children } of tokens) if (children) resolveLinks(children, path)
  })
}

/** A link to a file that the site does not have becomes its text. */
function resolveLinks(tokens: Token[], path: string): void {
  let isRemoved = false
  for (const token of tokens) {
    if (token.type === 'link_open') {
      isRemoved = !resolveLink(token, path)
      if (isRemoved) hide(token)
    } else if (token.type === 'link_close' && isRemoved) hide(token)
  }
}

/** @returns whether the site has the target */
function resolveLink(token: Token, path: string): boolean {
  const href = token.attrGet('href') ?? ''
  if (/^(?:https?:\/\/|#)/.test(href)) return true
  const [target = '', hash] = href.split('#')
  const file = posix.join(posix.dirname(posix.relative(DOCS_FOLDER, path)), decodeURI(target))
  if (isPage(file)) token.attrSet('href', linkOf(file) + (hash === undefined ? '' : `#${hash}`))
  else if (isDownload(file)) {
    token.attrSet('href', `/docs/${file}`)
    token.attrSet('download', '')
  } else return false
  return true
}

function hide(token: Token): void {
  token.type = 'text'
  token.tag = ''
  token.content = ''
  token.nesting = 0
}
