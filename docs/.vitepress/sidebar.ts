/**
 * @module The sidebar and the top bar, from the navigation.
 */
import type { DefaultTheme } from 'vitepress'
import { type Kind, NAVIGATION, type Page, type Section } from './navigation.ts'
import { pagesBeside } from './pages.ts'
import { linkOf } from './routes.ts'

const KINDS: readonly Kind[] = ['Tutorials', 'How-to guides', 'Reference', 'Explanations']

export function createSidebar(): DefaultTheme.SidebarItem[] {
  return KINDS.flatMap((kind) => {
    const sections = sectionsOf(kind)
    if (sections.length === 0) return []
    return [{ text: kind, items: toItems(sections) }]
  })
}

/** A kind with one section of the same name has no second level. */
function toItems(sections: readonly Section[]): DefaultTheme.SidebarItem[] {
  return sections.flatMap(({ kind, title, pages }) => {
    const items = pages.map(toItem)
    return kind === title ? items : [{ text: title, collapsed: true, items }]
  })
}

function toItem({ text, file, withFolder }: Page): DefaultTheme.SidebarItem {
  const link = linkOf(file)
  if (!withFolder) return { text, link }
  const items = pagesBeside(file).map((page) => ({ text: nameOf(page), link: linkOf(page) }))
  return { text, link, collapsed: true, items }
}

/** `causes/TIMEOUT.md` → `TIMEOUT`. Generated pages are named after what they describe. */
function nameOf(file: string): string {
  return file.replace(/^.*\/|\.md$/g, '')
}

/** The first page of each kind, and the table of this wallet. */
export function createTopBar(): DefaultTheme.NavItem[] {
  const kinds = KINDS.flatMap((kind): DefaultTheme.NavItem[] => {
    const sections = sectionsOf(kind)
    if (kind === 'How-to guides') return [{ text: kind, items: sections.flatMap(toTopBarItem) }]
    const first = sections[0]?.pages[0]
    return first ? [{ text: kind, link: linkOf(first.file) }] : []
  })
  return [...kinds, { text: 'This wallet', link: '/apis' }]
}

function toTopBarItem({ title, pages: [first] }: Section): DefaultTheme.NavItemWithLink[] {
  return first ? [{ text: title, link: linkOf(first.file) }] : []
}

function sectionsOf(kind: Kind): readonly Section[] {
  return NAVIGATION.filter((section) => section.kind === kind)
}
