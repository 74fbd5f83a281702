/**
 * @module The URLs of pages. `README.md` is the page of its folder.
 */

/** `causes/README.md` → `causes.md`: the path that decides the URL of a page. */
export function routeOf(file: string): string {
  return file === 'README.md' ? 'index.md' : file.replace(/\/README\.md$/, '.md')
}

/** `causes/README.md` → `/causes`: the URL of a page below the base. */
export function linkOf(file: string): string {
  return `/${routeOf(file)}`.replace(/(?:index)?\.md$/, '')
}
