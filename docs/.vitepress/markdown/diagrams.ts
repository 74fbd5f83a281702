/**
 * @module Diagrams: blocks of Mermaid become SVG at build time, without a script in the browser. `styles/diagrams.css` has their colors.
 */
import { renderMermaidSVG } from 'beautiful-mermaid'
import type { MarkdownRenderer } from 'vitepress'

export function diagrams(md: MarkdownRenderer): void {
  const renderCode = md.renderer.rules.fence
  if (!renderCode) throw new Error('The Markdown renderer has no rule for code blocks.')
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index]
    return token?.info.trim() === 'mermaid'
      ? `<div class="diagram" tabindex="0" v-pre>${toSvg(token.content)}</div>\n`
      : renderCode(tokens, index, ...rest)
  }
}

/** Styles stay out, because the content security policy refuses them. */
function toSvg(diagram: string): string {
  return renderMermaidSVG(diagram, { transparent: true })
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/ style="[^"]*"/, ' role="img"')
    .replaceAll(/\n\s*/g, '')
}
