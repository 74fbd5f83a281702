/**
 * @module Building blocks of the configuration schema that several sections share.
 */
import { SIGNATURE_ENCODINGS } from '@assent/protocol'
import Type, { type Static, type TObjectOptions, type TSchema } from 'typebox'
import { oneOf } from '../../http/schema-parts.ts'

export { dictionary, oneOf } from '../../http/schema-parts.ts'

/** An annotation keyword: the prefix `x-` keeps it apart from the keywords of JSON Schema. */
export const RELOADABLE_KEYWORD = 'x-reloadable'

/**
 * Marks a section of assent.yaml that a running node applies when the file changes. Changes of other
 * sections need a restart.
 */
export const RELOADABLE = { [RELOADABLE_KEYWORD]: true } as const

/** Marks a string that users read, with the number of characters that it may have. */
export const DISPLAY_TEXT_KEYWORD = 'x-display-text'

/**
 * A text that users read. The schema does not limit it, so that a text that cannot be shown leaves out its entry and not the file.
 * @see docs/configuration.md#texts-that-users-read
 */
export const displayText = (maxCharacters: number, description: string) =>
  Type.String({
    [DISPLAY_TEXT_KEYWORD]: maxCharacters,
    description: `${description} At most ${maxCharacters} characters.`,
  })

/** An object that rejects properties that are not declared. */
export function closed<P extends Record<string, TSchema>>(
  properties: P,
  options: TObjectOptions = {},
): ReturnType<typeof Type.Object<P>> {
  return Type.Object(properties, { additionalProperties: false, ...options })
}

/** An object whose members have values of one schema, under the code of a language. */
export function byLanguage<V extends TSchema>(
  value: V,
  options: TObjectOptions = {},
): ReturnType<typeof Type.Unsafe<Record<string, Static<V>>>> {
  return Type.Unsafe({
    type: 'object',
    patternProperties: { '^[a-z]{2,3}$': value },
    additionalProperties: false,
    ...options,
  })
}

export const identifier = (maxLength: number, description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_.-]+$', maxLength, description })

/** A duration of at most ten years. */
export const seconds = (minimum: number, description: string) =>
  Type.Integer({ minimum, maximum: 315_360_000, description })

export const timeoutSeconds = (description: string) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 30, description }))

/** How the value of a `Signature` header is written. */
export const signatureEncoding = (description: string) =>
  Type.Optional(oneOf(SIGNATURE_ENCODINGS, description))

export const stringList = (description: string, maxItems = 32) =>
  Type.Optional(Type.Array(Type.String({ maxLength: 1024 }), { maxItems, description }))

/** As databases store it: an integer of 32 bits. */
export const MAX_KEY_VERSION = 2_147_483_647

export const KEY_STATES = ['ANNOUNCED', 'ACTIVE', 'RETIRED'] as const
export type KeyState = (typeof KEY_STATES)[number]

export const PublicKeysSchema = Type.Array(
  closed({
    version: Type.Integer({
      minimum: 0,
      maximum: MAX_KEY_VERSION,
      description: 'The key version that requests name as keyVersion.',
    }),
    publicKey: Type.String({
      description:
        'The path of a PEM file, PEM text, or base64 of X.509 SPKI. RSA of 2048 bits or more.',
    }),
    state: Type.Optional(
      oneOf(
        KEY_STATES,
        'ANNOUNCED: not used yet. ACTIVE: verifies signatures. RETIRED: not used any more. Default ACTIVE.',
      ),
    ),
  }),
  {
    minItems: 1,
    description:
      'The public keys that verify signatures. Requests without keyVersion are verified with the newest.',
  },
)
