/**
 * @module The schema of an entry of the access log, which the merchant API and the wallet API list.
 */
import Type from 'typebox'
import { string, time } from './schema-parts.ts'

export const AccessLogEntrySchema = Type.Object(
  {
    appId: string('The mini program.'),
    api: string('The API that returned the data.'),
    fields: Type.Array(Type.String(), {
      description: 'The fields that were returned. `*` is the whole response.',
    }),
    accessedAt: time('When.'),
    count: Type.Integer({ description: 'How many times within that second.' }),
  },
  { title: 'AccessLogEntry' },
)
