/**
 * @module The schema of `directory` in assent.yaml.
 */
import Type from 'typebox'
import { closed, signatureEncoding, timeoutSeconds } from './fields.ts'

export const DirectorySchema = Type.Union(
  [
    closed({
      kind: Type.Literal('file', { description: 'Users of a file, for development.' }),
      path: Type.String({ description: 'A YAML or JSON file with a list of users.' }),
    }),
    closed({
      kind: Type.Literal('http', { description: 'Users of an API of the wallet.' }),
      url: Type.String({
        description:
          'The URL that receives a signed POST of {walletId, userId} and responds with {user} or status 404.',
      }),
      timeoutSeconds: timeoutSeconds('How long the directory may take to respond. Default 2.'),
      signatureEncoding: signatureEncoding(
        'The encoding of the signature of calls to the directory. Default base64url.',
      ),
      cacheSeconds: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 60,
          description:
            'How long a node keeps a user that the directory returned. A changed status takes effect after this time. Default 5.',
        }),
      ),
    }),
  ],
  { description: 'The source of user data.' },
)
