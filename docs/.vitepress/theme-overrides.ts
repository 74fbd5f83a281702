/**
 * @module What the theme of VitePress has no option for: parts of it are replaced when the site is built. Each one has a reason in its
 * file.
 */
import { fileURLToPath } from 'node:url'

const REPLACEMENTS: Readonly<Record<string, string>> = {
  'VPSidebarItem.vue': 'sidebar-item.vue',
  'VPNavBarSearchButton.vue': 'search-button.vue',
}

/** The dialog of the search: it is no button, each result is one option of a list, and symbols have names. */
const DIALOG: readonly (readonly [RegExp, string])[] = [
  [
    /role="button"\s+:aria-owns="[^"]*"\s+aria-expanded="true"\s+aria-haspopup="listbox"/,
    'role="dialog" aria-modal="true"',
  ],
  [/:id="'localsearch-item-' \+ index"\s+:aria-selected="[^"]*"\s+role="option"/, 'role="none"'],
  [
    /:aria-label="\[\.\.\.p\.titles, p\.title\][^"]*"/,
    `:id="'localsearch-item-' + index" role="option" :aria-selected="selectedIndex === index"`,
  ],
  [/class="title-icon"/, 'class="title-icon" aria-hidden="true"'],
  [/<kbd :aria-label/g, '<kbd role="img" :aria-label'],
]

/** A plugin of Vite. */
export function themeOverrides() {
  return {
    name: 'assent:theme-overrides',
    enforce: 'pre' as const,
    resolveId(source: string, importer = '') {
      if (source === 'minisearch' && importer.includes('VPLocalSearchBox'))
        return fileOf('search-index.ts')
      const component = REPLACEMENTS[source.replace(/^.*\//, '')]
      return component && fileOf(`components/${component}`)
    },
    transform(code: string, id: string) {
      if (!id.endsWith('/VPLocalSearchBox.vue')) return undefined
      return DIALOG.reduce((text, [found, replacement]) => {
        const mended = text.replace(found, replacement)
        if (mended === text) throw new Error(`VitePress has changed its search dialog: ${found}`)
        return mended
      }, code)
    },
  }
}

function fileOf(name: string): string {
  return fileURLToPath(new URL(`theme/${name}`, import.meta.url))
}
