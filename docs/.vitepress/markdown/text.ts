/**
 * @module Text stays text: Vue would evaluate `{{ … }}` in a page.
 */
import type { MarkdownRenderer } from 'vitepress'

export function plainText(md: MarkdownRenderer): void {
  const render = md.renderer.rules['text']
  if (!render) throw new Error('The Markdown renderer has no rule for text.')
  md.renderer.rules['text'] = (...parameters) =>
    render(...parameters).replaceAll('{{', '&#123;&#123;')
}
