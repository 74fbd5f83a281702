/**
 * @module Diagrams: blocks of Mermaid become SVG at build time, without a script in the browser. `styles/diagrams.css` has their colors.
 */
import { renderMermaidSVG } from 'beautiful-mermaid'
import type { MarkdownRenderer } from 'vitepress'
import { sequenceDiagram } from './sequence.ts'

export function diagrams(md: MarkdownRenderer): void {
  const renderCode = md.renderer.rules.fence
  if (!renderCode) throw new Error('The Markdown renderer has no rule for code blocks.')
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index]
    return token && /^mermaid\b/.test(token.info)
      ? `<div class="diagram" tabindex="0" v-pre>${diagramSvg(token.content)}</div>\n`
      : renderCode(tokens, index, ...rest)
  }
}

/** A screen reader gets the texts of the diagram, in the order of the source. */
export function diagramSvg(source: string): string {
  const svg = source.startsWith('sequenceDiagram') ? sequenceDiagram(source) : flowchart(source)
  const texts = [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text = '']) =>
    text.replaceAll(/<[^>]*>/g, ' ').trim(),
  )
  return svg.replace('<svg ', `<svg role="img" aria-label="${attribute(texts.join('; '))}" `)
}

/** Styles stay out, because the content security policy refuses them. */
function flowchart(source: string): string {
  return renderMermaidSVG(source, { transparent: true })
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replaceAll(/ style="[^"]*"/g, '')
    .replaceAll(/\n\s*/g, '')
}

function attribute(text: string): string {
  return `Diagram: ${text}`.replaceAll('"', '&quot;')
}
