/**
 * @module The APIs that the oldest supported web views do not have, by the compatibility data of MDN.
 */
import { createRequire } from 'node:module'
import type {
  CompatData,
  CompatStatement,
  Identifier,
  SupportStatement,
} from '@mdn/browser-compat-data/types'

/** 20 MB of JSON: the test runner would transform an import of it. */
const bcd: CompatData = createRequire(import.meta.url)('@mdn/browser-compat-data')

/** The minimum that docs/mini-programs.md promises. */
export const MINIMUM = { webview_android: 69, safari_ios: 12.2 } as const

/** A global, or a member of a global: `structuredClone`, `Array.at`, `Navigator.userActivation`. */
export type NewerApi = {
  readonly owner: string | undefined
  readonly name: string
  /** Where it is. The data of the language itself does not tell static members apart. */
  readonly place: 'constructor' | 'prototype' | 'either'
}

type Node = Identifier & { readonly __compat?: CompatStatement }
const members = (node: Node): [string, Node][] =>
  Object.entries(node).filter(([name]) => name !== '__compat') as [string, Node][]

function isSupported(support: SupportStatement | undefined, minimum: number): boolean {
  const statements = Array.isArray(support) ? support : [support]
  return statements.some((statement) => {
    if (!statement || statement.flags || statement.prefix || statement.alternative_name)
      return false
    const { version_added: added, version_removed: removed } = statement
    const isRemoved = removed !== undefined && toNumber(removed) <= minimum
    return toNumber(added) <= minimum && !isRemoved
  })
}

function toNumber(version: string | boolean | null): number {
  return typeof version === 'string' && version !== 'preview'
    ? Number.parseFloat(version.replace('≤', ''))
    : Number.POSITIVE_INFINITY
}

function isNewer({ __compat }: Node): boolean {
  return (
    __compat !== undefined &&
    (Object.keys(MINIMUM) as (keyof typeof MINIMUM)[]).some(
      (browser) => !isSupported(__compat.support[browser], MINIMUM[browser]),
    )
  )
}

/** Interfaces and global functions with their members. `timeout_static` is the static method `timeout`. */
function listApis(isListed: (node: Node) => boolean): readonly NewerApi[] {
  return [bcd.api, bcd.javascript['builtins']].flatMap((group) =>
    members(group as Node).flatMap(([owner, node]) => [
      ...(isListed(node) ? [{ owner: undefined, name: owner, place: 'either' as const }] : []),
      ...members(node)
        .filter(([name, member]) => isMemberName(name, owner) && isListed(member))
        .map(([name]) => toMember(owner, name, group !== bcd.api)),
    ]),
  )
}

/** Constructors and events are listed like members. */
function isMemberName(name: string, owner: string): boolean {
  return /^\w+$/.test(name) && !name.endsWith('_event') && name !== owner
}

function toMember(owner: string, name: string, isLanguage: boolean): NewerApi {
  const place = name.endsWith('_static') ? 'constructor' : 'prototype'
  return { owner, name: name.replace(/_static$/, ''), place: isLanguage ? 'either' : place }
}

export const NEWER_APIS: readonly NewerApi[] = listApis(isNewer)

const OLD_NAMES = new Set(
  listApis((node) => node.__compat !== undefined && !isNewer(node)).map(({ name }) => name),
)
/** Names that no API of the oldest web views has. */
export const NEWER_NAMES: ReadonlySet<string> = new Set(
  NEWER_APIS.map(({ name }) => name).filter((name) => !OLD_NAMES.has(name)),
)

/** A script that takes the APIs away. iOS before 13 also has no pointer events. */
export function removalScript(apis: readonly NewerApi[]): string {
  return `(${removeApis})(${JSON.stringify(apis)})`
}

/** Runs in the browser. */
function removeApis(apis: readonly NewerApi[]): void {
  const root = window as unknown as Record<string, Record<string, unknown> | undefined>
  for (const { owner, name, place } of apis) {
    const holder = owner === undefined || owner === 'Window' ? root : root[owner]
    const prototype = holder === root ? root : holder?.['prototype']
    if (holder && place !== 'prototype') Reflect.deleteProperty(holder, name)
    if (prototype && place !== 'constructor') Reflect.deleteProperty(prototype as object, name)
    if (name !== 'PointerEvent') continue
    for (const type of ['pointerdown', 'pointerup', 'pointercancel'])
      window.addEventListener(type, (event: Event) => event.stopImmediatePropagation(), true)
  }
}
