/**
 * @module Records of clients: merchants with their keys. Their mini programs and OAuth clients are records of their own.
 */
import Type from 'typebox'
import { ClientSchema } from '../../config/schema/clients.ts'
import { closed, identifier } from '../../config/schema/fields.ts'
import type { Client } from '../../config/sections.ts'
import { keyReferences, StoredKeysSchema } from './public-keys.ts'
import { defineRecordType, nameReferences, pointsTo, type RecordType } from './record-type.ts'

const { miniPrograms: _miniPrograms, oauth: _oauth, ...members } = ClientSchema.properties

/** Members that a client has in the registry only. */
export const REGISTRY_MEMBERS = {
  organization: Type.Optional(identifier(64, 'The organization that the client belongs to.')),
}

export const ClientDocumentSchema = closed({
  ...members,
  keys: StoredKeysSchema,
  ...REGISTRY_MEMBERS,
})

export type ClientDocument = Omit<Client, 'miniPrograms' | 'oauth'> & {
  readonly organization?: string
}

export const CLIENT: RecordType = defineRecordType<ClientDocument>({
  kind: 'client',
  label: 'client',
  schema: ClientDocumentSchema,
  idMember: 'clientId',
  references: ({ name, keys, organization }) => [
    ...keyReferences(keys),
    ...nameReferences(name),
    ...(organization === undefined ? [] : [pointsTo('organization', organization)]),
  ],
})
