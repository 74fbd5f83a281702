/**
 * @module The diagram of the landing page: the one of the repository's README, as SVG.
 */
import { readFileSync } from 'node:fs'
import { defineLoader } from 'vitepress'
import { diagramSvg } from '../markdown/diagrams.ts'

const README = new URL('../../../README.md', import.meta.url)

declare const data: string

export { data }

export default defineLoader({
  watch: '../../../README.md',
  load(): string {
    const block = /```mermaid\n([\s\S]*?)```/.exec(readFileSync(README, 'utf8'))?.[1]
    if (!block) throw new Error('README.md has no diagram.')
    return diagramSvg(block)
  },
})
