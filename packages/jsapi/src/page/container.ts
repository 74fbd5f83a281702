/**
 * @module Adds methods to a global that the wallet's container may also define, before or after this script runs. What the
 * container has stays reachable: only our own methods are answered here.
 *
 * @see docs/mini-programs.md#beside-a-wallets-own-my
 */

/** The members that are added. `inherited` reads what the container has under a name, bound to the container. */
export type CreateMembers = (inherited: (name: string) => unknown) => Members
type Members = Readonly<Record<string, unknown>>
type Container = Record<PropertyKey, unknown>

/** When containers install their globals: their own event, and the events after which every page may use them. */
const INSTALLATION_EVENTS = ['AlipayJSBridgeReady', 'DOMContentLoaded', 'load', 'pageshow'] as const

export interface SharedGlobal {
  /** Whether a container has defined the global as well. */
  hasContainer(): boolean
}

/**
 * Defines `page[name]`. A container's object under this name gets our members. An object that cannot be extended stays as it
 * is, and the page gets a proxy of it that has our members as well.
 *
 * @param readLexical reads the variable of a container that declares it with `const`, which is no property of the window
 */
export function shareGlobal(
  page: Window,
  name: string,
  createMembers: CreateMembers,
  readLexical: () => unknown = () => undefined,
): SharedGlobal {
  const target = page as unknown as Container
  const extensible = new WeakMap<object, boolean>()
  let container: Container | undefined
  let read = (): unknown => undefined
  let write: ((value: unknown) => void) | undefined
  const proxy = createProxy(() => container, createMembers)

  /** The global that the page gets while the container's value is `value`. */
  function complete(value: unknown): unknown {
    if (isContainer(value) && value !== proxy) container = value
    if (!container) return proxy
    if (!extensible.has(container)) extensible.set(container, addMembers(container, createMembers))
    return extensible.get(container) ? container : proxy
  }

  function get(): unknown {
    return complete(read())
  }

  function set(value: unknown): void {
    if (write) write(value)
    else if (value !== proxy) read = () => value
    get()
  }

  function install(): void {
    complete(readLexical())
    const existing = Object.getOwnPropertyDescriptor(page, name)
    if (existing?.get === get) return
    if (existing && !existing.configurable) replaceValue(target, name, complete(target[name]))
    else {
      const value = target[name]
      read = existing?.get ? existing.get.bind(page) : () => value
      write = existing?.set?.bind(page)
      Object.defineProperty(page, name, { configurable: true, enumerable: true, get, set })
      get()
    }
  }

  install()
  // On the window, and capturing: before the listeners of the page, which may call at once.
  for (const event of INSTALLATION_EVENTS) page.addEventListener(event, install, true)
  return { hasContainer: () => container !== undefined }
}

function isContainer(value: unknown): value is Container {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** The property cannot be redefined. A container that also froze its value has to be changed by the wallet. */
function replaceValue(target: Container, name: string, value: unknown): void {
  if (target[name] === value || Reflect.set(target, name, value)) return
  console.warn(
    `my.js cannot add its methods to window.${name}, which the wallet's container has frozen. Import them from @assent/jsapi.`,
  )
}

/** Adds the members to the container itself. Returns false if it cannot get all of them. */
function addMembers(container: Container, createMembers: CreateMembers): boolean {
  const originals = new Map<string, unknown>()
  const inherited = (name: string): unknown =>
    originals.has(name) ? originals.get(name) : readBound(container, name)
  const members = createMembers(inherited)
  if (!Object.isExtensible(container)) return false
  for (const name of Object.keys(members)) {
    originals.set(name, readBound(container, name))
    const value = members[name]
    const property = { value, writable: true, enumerable: true, configurable: true }
    if (!Reflect.defineProperty(container, name, property)) return false
  }
  return true
}

/** An object that has our members, and all that the container has at the time of each access. */
function createProxy(
  readContainer: () => Container | undefined,
  createMembers: CreateMembers,
): object {
  const inherited = (name: PropertyKey): unknown => {
    const container = readContainer()
    return container && readBound(container, name)
  }
  const members = { ...createMembers(inherited) } as Container
  return new Proxy(members, {
    get: (own, key) => (key in own ? own[key] : inherited(key)),
    has: (own, key) => key in own || key in (readContainer() ?? {}),
    set(own, key, value) {
      own[key] = value
      return true
    },
    ownKeys: (own) => [
      ...new Set([...Reflect.ownKeys(own), ...Reflect.ownKeys(readContainer() ?? {})]),
    ],
    getOwnPropertyDescriptor(own, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(own, key)
      const other = Reflect.getOwnPropertyDescriptor(readContainer() ?? {}, key)
      if (descriptor || !other) return descriptor
      const enumerable = other.enumerable === true
      return { value: inherited(key), writable: true, enumerable, configurable: true }
    },
  })
}

const boundMethods = new WeakMap<object, unknown>()

/** Methods of containers often need their own object as `this`. The same method gives the same bound function. */
function readBound(container: Container, name: PropertyKey): unknown {
  const value = container[name]
  if (typeof value !== 'function') return value
  const bound = boundMethods.get(value) ?? value.bind(container)
  boundMethods.set(value, bound)
  return bound
}
