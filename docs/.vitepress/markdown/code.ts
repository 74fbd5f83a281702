/**
 * @module Syntax highlighting with classes. The usual inline styles would need a content security policy with `unsafe-inline`.
 */
import type { ShikiTransformer, ThemeRegistration } from 'shiki'

/** Colors are names here; `styles/code.css` has their values in light and dark. */
const TOKENS: Readonly<Record<string, readonly string[]>> = {
  comment: ['comment', 'punctuation.definition.comment'],
  string: ['string', 'constant.other.symbol', 'markup.inline.raw'],
  constant: ['constant.numeric', 'constant.language', 'constant.other', 'keyword.other.unit'],
  keyword: ['keyword', 'storage', 'variable.language.this'],
  function: ['entity.name.function', 'support.function', 'meta.function-call.generic'],
  type: ['entity.name.type', 'entity.name.class', 'support.class', 'support.type'],
  name: [
    'entity.name.tag',
    'entity.other.attribute-name',
    'support.type.property-name',
    'meta.object-literal.key',
    'variable.other.property',
  ],
}

/** Any color that no theme uses stands for a class: shiki knows colors only. */
const colorOf = (index: number): string => `#a55e${index.toString(16).padStart(2, '0')}`
const CLASS_OF = new Map(Object.keys(TOKENS).map((name, index) => [colorOf(index), `code-${name}`]))

export const CODE_THEME: ThemeRegistration = {
  name: 'assent',
  type: 'light',
  colors: { 'editor.foreground': '#000000', 'editor.background': '#ffffff' },
  tokenColors: Object.values(TOKENS).map((scope, index) => ({
    scope: [...scope],
    settings: { foreground: colorOf(index) },
  })),
}

/** Replaces the color of each token by a class, and makes code that scrolls focusable. */
export const CODE_CLASSES: ShikiTransformer = {
  name: 'assent:classes',
  preprocess(_code, options) {
    // Default: half a second for each line. A slow machine would color less, and the same sources would make another site.
    options.tokenizeTimeLimit = 0
  },
  span(node) {
    const color = /#[0-9a-f]{6}/.exec(String(node.properties['style'] ?? '').toLowerCase())?.[0]
    delete node.properties['style']
    const className = color && CLASS_OF.get(color)
    if (className) node.properties['class'] = className
  },
  pre(node) {
    delete node.properties['style']
    node.properties['tabindex'] = '0'
  },
}
