/**
 * @module Compares two versions of a document member by member, in a form that people read: keys by their thumbprints, images by their
 * type and size, hashes of secrets by their first characters.
 */
import type { RecordDocument } from '../../engine/store/registry.ts'
import { imageIdOf } from '../records/image.ts'
import { type StoredKey, thumbprintOf, thumbprintOfKey } from '../records/public-keys.ts'

/** `before` is absent when the member is new, `after` when it is removed. Both are JSON. */
export type FieldChange = {
  /** @example `purposes.PAYMENT.en` */
  readonly path: string
  readonly before?: string
  readonly after?: string
}

/** @param describeImage returns such as `image/png, 12 KB` for the id of an image */
export async function fieldChanges(
  before: RecordDocument,
  after: RecordDocument,
  describeImage: (id: string) => Promise<string>,
): Promise<readonly FieldChange[]> {
  const [old, now] = [
    await readableDocument(before, describeImage),
    await readableDocument(after, describeImage),
  ]
  return compare('', old, now)
}

function compare(path: string, before: unknown, after: unknown): readonly FieldChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
    return names.flatMap((name) =>
      compare(path === '' ? name : `${path}.${name}`, before[name], after[name]),
    )
  }
  if (isTextList(before) && isTextList(after)) {
    const elements = compareElements(path, before, after)
    if (elements.length > 0) return elements
  }
  return [
    {
      path,
      ...(before !== undefined && { before: JSON.stringify(before) }),
      ...(after !== undefined && { after: JSON.stringify(after) }),
    },
  ]
}

/** Which texts a list has gained and lost. Empty when only their order differs. */
function compareElements(
  path: string,
  before: readonly string[],
  after: readonly string[],
): readonly FieldChange[] {
  const lost = before.filter((one) => !after.includes(one))
  const gained = after.filter((one) => !before.includes(one))
  return [
    ...lost.map((one) => ({ path, before: JSON.stringify(one) })),
    ...gained.map((one) => ({ path, after: JSON.stringify(one) })),
  ]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

const SHOWN_HASH_CHARACTERS = 8

async function readableDocument(
  document: RecordDocument,
  describeImage: (id: string) => Promise<string>,
): Promise<RecordDocument> {
  const { keys, jwks, secretHashes, icon, theme } = document as {
    readonly keys?: readonly StoredKey[]
    readonly jwks?: readonly Readonly<Record<string, string>>[]
    readonly secretHashes?: readonly string[]
    readonly icon?: string
    readonly theme?: Readonly<Record<string, unknown>> & { readonly logo?: string }
  }
  const image = async (name: string): Promise<string> => {
    const id = imageIdOf(name)
    return id === undefined ? name : describeImage(id)
  }
  return {
    ...document,
    ...(keys && { keys: Object.fromEntries(keys.map(readableKey)) }),
    ...(jwks && { jwks: jwks.map((jwk) => `key ${thumbprintOf(jwk)}`) }),
    ...(secretHashes && {
      secretHashes: secretHashes.map((hash) => `${hash.slice(0, SHOWN_HASH_CHARACTERS)}…`),
    }),
    ...(icon !== undefined && { icon: await image(icon) }),
    ...(theme?.logo !== undefined && { theme: { ...theme, logo: await image(theme.logo) } }),
  }
}

function readableKey(key: StoredKey): readonly [string, string] {
  const suffix = key.state === undefined ? '' : ` ${key.state}`
  return [String(key.version), `key ${thumbprintOfKey(key)}${suffix}`]
}
