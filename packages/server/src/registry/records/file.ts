/**
 * @module Records of files whose sections are in the registry. The digest says whether a file declares anything else than before, without
 * a comparison of all its records.
 */
import Type from 'typebox'
import { closed } from '../../config/schema/fields.ts'
import { defineRecordType, type RecordType } from './record-type.ts'

export const FileDocumentSchema = closed({
  digest: Type.String({ description: 'SHA-256 over the records that the file declares.' }),
})

export type FileDocument = { readonly digest: string }

export const FILE: RecordType = defineRecordType<FileDocument>({
  kind: 'file',
  label: 'file',
  schema: FileDocumentSchema,
  idMember: '',
  references: () => [],
})
