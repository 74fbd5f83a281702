/**
 * @module The public keys in documents: PEM text, and the claims that each key belongs to one party only.
 */
import { createHash, createPublicKey } from 'node:crypto'
import Type from 'typebox'
import { closed, type KeyState, PublicKeysSchema } from '../../config/schema/fields.ts'
import { readPublicKey } from '../../crypto/keys/public-keys.ts'
import { canonicalJson, type Json } from '../../engine/canonical-json.ts'
import type { PublicJwk } from '../../engine/registry.ts'
import type { RecordDocument, Reference } from '../../engine/store/registry.ts'

const PEM_PATTERN =
  '^-----BEGIN PUBLIC KEY-----\\n[A-Za-z0-9+/=\\n]+\\n-----END PUBLIC KEY-----\\n$'

export const StoredKeysSchema = Type.Array(
  closed({
    ...PublicKeysSchema.items.properties,
    publicKey: Type.String({ pattern: PEM_PATTERN, description: 'RSA of 2048 bits or more. PEM.' }),
  }),
  { minItems: 1, description: 'The public keys that verify signatures.' },
)

export type StoredKey = {
  readonly version: number
  readonly publicKey: string
  readonly state?: KeyState
}

/** Whether signatures are verified with the key. */
export function isActiveKey({ state = 'ACTIVE' }: StoredKey): boolean {
  return state === 'ACTIVE'
}

/** Writes the keys of a file in the one way in which documents have them. */
export function storeKeys(keys: readonly StoredKey[], folder: string): readonly StoredKey[] {
  return keys.map(({ publicKey, ...members }) => {
    const key = readPublicKey(publicKey, folder)
    const pem = key.export({ format: 'pem', type: 'spki' }) as string
    const stored = { ...members, publicKey: pem }
    THUMBPRINTS.set(stored, thumbprintOf(key.export({ format: 'jwk' }) as PublicJwk))
    return stored
  })
}

/** To read a key takes longer than everything else that is done with a record. */
const THUMBPRINTS = new WeakMap<StoredKey, string>()

/** Nobody else has the same key. */
export function keyReferences(keys: readonly StoredKey[]): readonly Reference[] {
  return keys.map((key) => ({ name: 'key', value: thumbprintOfKey(key), rule: 'unique' }))
}

export function thumbprintOfKey(key: StoredKey): string {
  const known = THUMBPRINTS.get(key)
  if (known !== undefined) return known
  const thumbprint = thumbprintOf(
    createPublicKey(key.publicKey).export({ format: 'jwk' }) as PublicJwk,
  )
  THUMBPRINTS.set(key, thumbprint)
  return thumbprint
}

/** The keys of a record of any kind. */
export function thumbprintsOf(document: RecordDocument): readonly string[] {
  const { keys = [], jwks = [] } = document as {
    readonly keys?: readonly StoredKey[]
    readonly jwks?: readonly PublicJwk[]
  }
  return [...keys.map(thumbprintOfKey), ...jwks.map(thumbprintOf)]
}

/** Names the key itself. @see [RFC 7638 §3](https://www.rfc-editor.org/rfc/rfc7638.html#section-3) */
export function thumbprintOf({ kty, n, e, crv, x, y }: PublicJwk): string {
  return createHash('sha256')
    .update(canonicalJson({ kty, n, e, crv, x, y } as Json))
    .digest('base64url')
}
