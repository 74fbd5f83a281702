/**
 * @module Records of mini programs.
 */
import Type from 'typebox'
import { ClientSchema } from '../../config/schema/clients.ts'
import { closed } from '../../config/schema/fields.ts'
import { MiniProgramSchema } from '../../config/schema/mini-programs.ts'
import type { MiniProgram } from '../../config/sections.ts'
import { TESTER_PATTERN } from '../../engine/store/testers.ts'
import { IMAGE_NAME_PATTERN, imageReferences } from './image.ts'
import { defineRecordType, nameReferences, pointsTo, type RecordType } from './record-type.ts'
import { scopeReferences } from './scope.ts'

export const MiniProgramDocumentSchema = closed({
  ...MiniProgramSchema.properties,
  clientId: ClientSchema.properties.clientId,
  testers: Type.Optional(
    Type.Array(Type.String({ pattern: TESTER_PATTERN }), {
      maxItems: 100,
      description:
        'The users who can use it before it is verified, by keyed pseudonyms: records never contain the id of a user.',
    }),
  ),
  icon: Type.Optional(
    Type.String({
      pattern: `${IMAGE_NAME_PATTERN}|^https://`,
      description: 'The name of an image, or an https URL.',
    }),
  ),
})

export type MiniProgramDocument = MiniProgram & { readonly clientId: string }

export const MINI_PROGRAM: RecordType = defineRecordType<MiniProgramDocument>({
  kind: 'miniProgram',
  label: 'mini program',
  schema: MiniProgramDocumentSchema,
  idMember: 'appId',
  references: ({ clientId, name, icon, scopes }) => [
    pointsTo('client', clientId),
    ...nameReferences(name),
    ...imageReferences(icon),
    ...scopeReferences(scopes),
  ],
})
