/**
 * @module What passes of an answer: values at declared paths, and nothing else (requirement R046).
 *
 * A path names members from the outside in, `address.city`; `[]` stands for every item of a list, `cards[].brand`, `tags[]`.
 * It leads to plain values: an object or a list where the path ends is not what was declared, and does not pass.
 */

/** `undefined`: nothing of the value passes. */
export type ResponseFilter = (value: unknown) => unknown

type Tree = { readonly members: Map<string, Tree>; items?: Tree; isLeaf: boolean }

/** To set `__proto__` is not to set a member. */
const NAME = '(?!__proto__(?![\\w-]))[A-Za-z_][\\w-]*'
export const FIELD_PATH: RegExp = new RegExp(`^${NAME}(\\[\\])*(\\.${NAME}(\\[\\])*)*$`)

/** @throws {TypeError} for a path of another form */
export function createResponseFilter(paths: readonly string[]): ResponseFilter {
  const root = newTree()
  for (const path of paths) grow(root, path)
  return (value) => filterFields(root, value) ?? {}
}

function newTree(): Tree {
  return { members: new Map(), isLeaf: false }
}

function grow(root: Tree, path: string): void {
  if (!FIELD_PATH.test(path)) throw new TypeError(`${path} is no path of fields`)
  let tree = root
  for (const step of path.match(/\[\]|[^.[\]]+/g) ?? []) tree = stepInto(tree, step)
  tree.isLeaf = true
}

function stepInto(tree: Tree, step: string): Tree {
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
  const passed: Record<string, unknown> = {}
  for (const [name, member] of tree.members) {
    const kept = Object.hasOwn(value, name)
      ? filterFields(member, (value as Record<string, unknown>)[name])
      : undefined
    if (kept !== undefined) passed[name] = kept
  }
  return passed
}

function filterItems(tree: Tree, items: readonly unknown[]): readonly unknown[] {
  const passed: unknown[] = []
  for (const item of items) {
    const kept = filterFields(tree, item)
    if (kept !== undefined) passed.push(kept)
  }
  return passed
}
