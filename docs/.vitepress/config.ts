/**
 * @module The documentation site. A server shows it below `/docs`: no page loads anything from elsewhere, and the content security
 * policy permits no inline style, and no inline script but the two that VitePress has in each page.
 */
import { defineConfig } from 'vitepress'
import { anchorOf } from './markdown/anchors.ts'
import { CODE_CLASSES, CODE_THEME } from './markdown/code.ts'
import { diagrams } from './markdown/diagrams.ts'
import { landingPage } from './markdown/landing-page.ts'
import { pageLinks } from './markdown/links.ts'
import { alignedColumns } from './markdown/tables.ts'
import { plainText } from './markdown/text.ts'
import { NOT_PAGES } from './pages.ts'
import { routeOf } from './routes.ts'
import { LOCAL_SEARCH } from './search.ts'
import { createSidebar, createTopBar } from './sidebar.ts'
import { themeOverrides } from './theme-overrides.ts'

export default defineConfig({
  lang: 'en',
  title: 'Assent',
  description: 'User authorization for mini programs: consent, codes, tokens and withdrawal.',
  base: '/docs/',
  outDir: '../packages/server/dist/docs/site',
  cacheDir: '../node_modules/.cache/vitepress',
  srcExclude: NOT_PAGES,
  rewrites: routeOf,
  cleanUrls: true,
  // One page after the other: in their order in the index of the search, so that the same sources make the same site.
  buildConcurrency: 1,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/docs/icon.svg' }]],
  metaChunk: true,
  // The style that disables transitions during the change would be inline.
  appearance: { disableTransition: false },
  markdown: {
    html: false,
    attrs: { disable: true },
    anchor: { slugify: anchorOf },
    theme: CODE_THEME,
    codeTransformers: [CODE_CLASSES],
    config(md) {
      md.use(landingPage).use(pageLinks).use(alignedColumns).use(plainText).use(diagrams)
    },
  },
  // The styles of VitePress in its own elements. `styles/page.css` has them.
  transformHtml: (html) => html.replaceAll(/ style="(?:--vp-vh:0px|position:relative);"/g, ''),
  vite: {
    publicDir: '.vitepress/public',
    build: { chunkSizeWarningLimit: 4000 },
    plugins: [themeOverrides()],
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: createTopBar(),
    sidebar: createSidebar(),
    outline: { level: [2, 3], label: 'On this page' },
    search: { provider: 'local', options: LOCAL_SEARCH },
  },
})
