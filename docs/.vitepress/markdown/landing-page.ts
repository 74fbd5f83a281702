/**
 * @module The landing page in the place of `docs/README.md`, which is the index of the folder for those who read it in the repository.
 */
import type { MarkdownRenderer } from 'vitepress'

export function landingPage(md: MarkdownRenderer): void {
  md.core.ruler.push('landing-page', ({ env }) => {
    if (!/\/docs\/README\.md$/.test(env.realPath ?? env.path)) return
    env.frontmatter = { layout: 'LandingPage', sidebar: false, search: false }
  })
}
