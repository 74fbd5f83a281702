/**
 * @module Renders Markdown as HTML: headings get the anchors that GitHub gives them, and links lead to the pages of this server.
 * HTML in Markdown is shown as text, because names from `assent.yaml` are part of a page.
 */
import { Marked, Renderer, type RendererObject, type Tokens } from 'marked'
import { urlOfFile } from './library.ts'

/** Resolves a link of a page. @returns `undefined` when its target is not served; its text is shown without a link */
export type ResolveLink = (href: string) => string | undefined

export function renderMarkdown(markdown: string, resolveLink: ResolveLink): string {
  return new Marked({ renderer: createRenderer(resolveLink) }).parse(markdown, { async: false })
}

/** The text of the first heading. */
export function titleOf(markdown: string): string {
  return /^# (.+)$/m.exec(markdown)?.[1] ?? 'Documentation'
}

/**
 * Resolves links of a file: to other pages of the documentation, to anchors, and to other sites.
 * @param isServed whether this server has the page of a URL
 */
export function linkResolver(file: string, isServed: (url: string) => boolean): ResolveLink {
  return (href) => {
    if (/^https?:\/\//.test(href) || href.startsWith('#')) return href
    if (/^[a-z][\w+.-]*:|^\//i.test(href)) return undefined
    const { pathname, hash } = new URL(href, `http://docs/docs/${file}`)
    const target = urlOfFile(pathname.slice('/docs/'.length))
    return isServed(target) ? `${target}${hash}` : undefined
  }
}

function createRenderer(resolveLink: ResolveLink): RendererObject<string, string> {
  const anchors = new Map<string, number>()
  return {
    heading({ depth, tokens }) {
      const html = this.parser.parseInline(tokens)
      const id = uniqueAnchor(anchors, this.parser.parseInline(tokens, this.parser.textRenderer))
      return `<h${depth} id="${id}">${html}</h${depth}>\n`
    },
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens)
      const target = resolveLink(href)
      return target === undefined ? text : `<a href="${escapeHtml(target)}">${text}</a>`
    },
    // What scrolls can be focused, so that the keyboard scrolls it.
    code: ({ text }) => `<pre tabindex="0"><code>${escapeHtml(text)}\n</code></pre>\n`,
    tablecell(cell: Tokens.TableCell) {
      // A header without a text is none.
      const tag = cell.header && cell.text !== '' ? 'th' : 'td'
      return `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>\n`
    },
    image: ({ text }) => escapeHtml(text),
    html: ({ text }) => escapeHtml(text),
    table(token: Tokens.Table) {
      return `<div class="table" tabindex="0">${Renderer.prototype.table.call(this, token)}</div>\n`
    },
  }
}

/** The anchor of a heading as GitHub makes it. */
function uniqueAnchor(anchors: Map<string, number>, heading: string): string {
  const anchor = heading
    .replaceAll(/&[a-z#0-9]+;/gi, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-')
  const count = anchors.get(anchor) ?? 0
  anchors.set(anchor, count + 1)
  return count === 0 ? anchor : `${anchor}-${count}`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
