/**
 * @module Records of wallets.
 */
import Type from 'typebox'
import { closed } from '../../config/schema/fields.ts'
import { WalletSchema } from '../../config/schema/wallets.ts'
import type { Wallet } from '../../config/sections.ts'
import { IMAGE_NAME_PATTERN, imageReferences } from './image.ts'
import { keyReferences, StoredKeysSchema } from './public-keys.ts'
import { defineRecordType, nameReferences, type RecordType } from './record-type.ts'

const { theme: ThemeSchema, ...members } = WalletSchema.properties

export const WalletDocumentSchema = closed({
  ...members,
  keys: StoredKeysSchema,
  theme: Type.Optional(
    closed({
      ...ThemeSchema.properties,
      logo: Type.Optional(Type.String({ pattern: IMAGE_NAME_PATTERN })),
    }),
  ),
})

export const WALLET: RecordType = defineRecordType<Wallet>({
  kind: 'wallet',
  label: 'wallet',
  schema: WalletDocumentSchema,
  idMember: 'walletId',
  references: ({ walletId, name = walletId, keys, theme }) => [
    ...keyReferences(keys),
    ...nameReferences(name),
    ...imageReferences(theme?.logo),
  ],
})
