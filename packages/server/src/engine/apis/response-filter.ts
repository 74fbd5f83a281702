/**
 * @module The response filter: keeps the values at declared paths and removes everything else.
 *
 * A path names members from the outside in, such as `address.city`. `[]` stands for each item of a list, as in
 * `cards[].brand` or `tags[]`. A path leads to plain values: an object or a list where the path ends was not declared, and is
 * removed.
 * @see docs/gateway.md#what-the-merchant-receives
 */

/** @returns `undefined` when nothing of the value is permitted */
export type ResponseFilter = (value: unknown) => unknown

type Tree = { readonly members: Map<string, Tree>; items?: Tree; isLeaf: boolean }

/** `__proto__` is excluded: assigning it sets the prototype, not a member. */
const NAME = '(?!__proto__(?![\\w-]))[A-Za-z_][\\w-]*'
export const FIELD_PATH: RegExp = new RegExp(`^${NAME}(\\[\\])*(\\.${NAME}(\\[\\])*)*$`)

/** @throws {TypeError} for a path that does not match `FIELD_PATH` */
export function createResponseFilter(paths: readonly string[]): ResponseFilter {
  const root = newTree()
  for (const path of paths) addPath(root, path)
  return (value) => filterFields(root, value) ?? {}
}

function newTree(): Tree {
  return { members: new Map(), isLeaf: false }
}

function addPath(root: Tree, path: string): void {
  if (!FIELD_PATH.test(path))
    throw new TypeError(`${path} is not a field path such as cards[].brand`)
  let tree = root
  for (const step of path.match(/\[\]|[^.[\]]+/g) ?? []) tree = descend(tree, step)
  tree.isLeaf = true
}

function descend(tree: Tree, step: string): Tree {
  if (step === '[]') {
    tree.items ??= newTree()
    return tree.items
  }
  const next = tree.members.get(step) ?? newTree()
  tree.members.set(step, next)
  return next
}

function filterFields(tree: Tree, value: unknown): unknown {
  if (Array.isArray(value)) return tree.items && filterItems(tree.items, value)
  if (typeof value !== 'object' || value === null) return tree.isLeaf ? value : undefined
  if (tree.members.size === 0) return undefined
  const filtered: Record<string, unknown> = {}
  for (const [name, member] of tree.members) {
    const kept = Object.hasOwn(value, name)
      ? filterFields(member, (value as Record<string, unknown>)[name])
      : undefined
    if (kept !== undefined) filtered[name] = kept
  }
  return filtered
}

function filterItems(tree: Tree, items: readonly unknown[]): readonly unknown[] {
  const filtered: unknown[] = []
  for (const item of items) {
    const kept = filterFields(tree, item)
    if (kept !== undefined) filtered.push(kept)
  }
  return filtered
}
