/**
 * @module The OpenAPI document of the wallet's HTTP directory, which Assent calls.
 * @see docs/configuration.md#http-directory
 */
import Type from 'typebox'
import { string } from '../../http/schema-parts.ts'
import { createComponents, type Json } from '../openapi/components.ts'
import { PLATFORM_SIGNATURE, PLATFORM_SIGNATURE_SCHEMES } from './platform-signature.ts'
import { UserRecordSchema } from './user-record-schema.ts'

export const DirectoryRequestSchema = Type.Object(
  { walletId: string('The wallet.'), userId: string('Your id of the user.') },
  { title: 'DirectoryRequest', additionalProperties: false },
)

const DirectoryReplySchema = Type.Object({ user: UserRecordSchema }, { title: 'DirectoryReply' })

const USER = { status: 'ACTIVE', nickName: 'Joy', gender: 'FEMALE', nationality: 'PH' }

/** @param issuer the public URL of the server, which is the Client-Id of its requests */
export function directoryContract(issuer: string): Json {
  const components = createComponents()
  const operation = {
    operationId: 'findUser',
    tags: ['directory'],
    summary: 'Find a user',
    description:
      'Asked when a prompt is shown, when tokens are refreshed and when a merchant reads user info. If there is no usable answer within `timeoutSeconds`, merchants may retry; no token is lost.',
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: components.refer(DirectoryRequestSchema),
          example: { walletId: 'my-wallet', userId: '1001' },
        },
      },
    },
    responses: {
      200: {
        description: 'The user: at most 64 KiB. An answer about another user is rejected.',
        content: {
          'application/json': {
            schema: components.refer(DirectoryReplySchema),
            example: { user: USER },
          },
        },
      },
      401: { description: 'The signature is not that of the platform.' },
      404: { description: 'There is no such user.' },
      410: { description: 'The account is closed: access ends.' },
    },
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'User directory of a wallet',
      version: '1',
      description: `What Assent asks the server of the setting \`directory.url\`, and what it expects. You implement it.\n\n${PLATFORM_SIGNATURE}`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: { name: 'Assent', url: `${issuer}/docs/wallets` },
    },
    externalDocs: { description: 'The same as a page.', url: `${issuer}/docs/wallets` },
    servers: [
      { url: 'https://users.wallet.example', description: 'The server of `directory.url`.' },
    ],
    security: [PLATFORM_SIGNATURE_SCHEMES.security],
    tags: [{ name: 'directory', description: 'Users of the wallet.' }],
    paths: { '/assent': { post: operation } },
    components: {
      securitySchemes: PLATFORM_SIGNATURE_SCHEMES.schemes(`The issuer, \`${issuer}\`.`),
      schemas: components.schemas(),
    },
  }
}
