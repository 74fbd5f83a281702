/**
 * @module The OpenAPI document of the wallet API.
 * @see [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html)
 */
import { WALLET_PATHS, type WalletOperation } from '@assent/protocol'
import type { TSchema } from 'typebox'
import { successSchema } from '../../http/signed-messages/reply-schema.ts'
import { errorsOf } from '../../http/wallet-api/errors.ts'
import { WALLET_API_REPLIES } from '../../http/wallet-api/reply-schemas.ts'
import { WALLET_API_REQUESTS } from '../../http/wallet-api/requests.ts'
import { type Components, createComponents, type Json } from '../openapi/components.ts'
import {
  REPLY_HEADERS,
  SIGNATURE_SECURITY,
  sharedResponses,
  signatureSchemes,
  signedDescription,
  signedOperation,
} from './signed-api.ts'
import { WALLET_OPERATIONS } from './wallet-operations.ts'

const TAGS = {
  consent: 'Ask users, and complete what they decided.',
  users: 'What users have granted, and how they withdraw it.',
  guardians: 'Requests of minors.',
} as const

const TAG_OF: Readonly<Record<WalletOperation, keyof typeof TAGS>> = {
  consult: 'consent',
  reject: 'consent',
  decide: 'consent',
  complete: 'consent',
  grants: 'users',
  revoke: 'users',
  profile: 'users',
  settings: 'users',
  accessLog: 'users',
  receipts: 'users',
  clearDenials: 'users',
  createPrivacyLink: 'users',
  guardianRequests: 'guardians',
  openGuardianRequest: 'guardians',
}

/** @param issuer the public URL of the server */
export function walletApiContract(issuer: string): Json {
  const components = createComponents()
  const operations = Object.keys(WALLET_PATHS) as WalletOperation[]
  const paths = operations.map((name) => [
    WALLET_PATHS[name],
    { post: operationOf(name, components) },
  ])
  return {
    openapi: '3.1.1',
    info: {
      title: 'Assent wallet API',
      version: '1',
      description: signedDescription(
        "The API that a wallet's back end calls for its users. The wallet says who the user is, and what its host observed.",
      ),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: { name: 'Assent', url: `${issuer}/docs/wallets` },
    },
    externalDocs: {
      description: 'The same as a page.',
      url: `${issuer}/docs/reference/wallet-api`,
    },
    servers: [{ url: issuer }],
    security: SIGNATURE_SECURITY,
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: signatureSchemes('Your `walletId`.'),
      responses: sharedResponses(components),
      headers: REPLY_HEADERS,
      schemas: components.schemas(),
    },
  }
}

function operationOf(name: WalletOperation, components: Components): Json {
  const { summary, description, request, reply } = WALLET_OPERATIONS[name]
  const title = name.slice(0, 1).toUpperCase() + name.slice(1)
  return signedOperation(
    {
      operationId: name,
      tags: [TAG_OF[name]],
      summary,
      description,
      request: WALLET_API_REQUESTS[name].schema,
      requestExample: request,
      replies: WALLET_API_REPLIES[name].map((schema) => replyOf(schema, `${title}Reply`)),
      replyExample: reply,
      failureTitle: `${title}Failure`,
      errors: errorsOf(name),
      dialect: 'v1',
      writesRevocation: name === 'revoke',
      readsRevocations: false,
    },
    components,
  )
}

/** Replies that several operations have keep their title. */
function replyOf(schema: TSchema, ownTitle: string): TSchema {
  const { title = ownTitle } = schema as { readonly title?: string }
  return successSchema(title, schema)
}
