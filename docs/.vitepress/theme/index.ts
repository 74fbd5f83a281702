/**
 * @module The theme of the site: that of VitePress with the design tokens of Assent and system fonts.
 */
import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme-without-fonts'
import LandingPage from './components/landing-page.vue'
import Layout from './site-layout.vue'
import './styles/tokens.css'
import './styles/page.css'
import './styles/code.css'
import './styles/diagrams.css'
import './styles/signature-playground.css'

export default {
  extends: DefaultTheme,
  Layout,
  enhanceApp({ app }) {
    app.component('LandingPage', LandingPage)
  },
} satisfies Theme
