/**
 * @module Columns are aligned by classes, because the content security policy refuses inline styles.
 */
import type { MarkdownRenderer } from 'vitepress'

export function alignedColumns(md: MarkdownRenderer): void {
  md.core.ruler.push('aligned-columns', ({ tokens }) => {
    for (const token of tokens) {
      const alignment = /text-align:(\w+)/.exec(token.attrGet('style') ?? '')?.[1]
      if (alignment) token.attrs = [['class', `align-${alignment}`]]
      // A header without a text is none.
      if (token.type === 'th_open' && isEmpty(tokens, token)) token.tag = 'td'
      if (token.type === 'th_close' && isEmpty(tokens, token)) token.tag = 'td'
    }
  })
}

type Token = ReturnType<MarkdownRenderer['parse']>[number]

/** The text of a cell is the token between its two tags. */
function isEmpty(tokens: readonly Token[], token: Token): boolean {
  const index = tokens.indexOf(token)
  return tokens[index + token.nesting]?.content === ''
}
