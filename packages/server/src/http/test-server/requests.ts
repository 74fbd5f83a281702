/**
 * @module Schemas of the requests to the test server's control API.
 */
import Type from 'typebox'
import { requestOf, text } from '../request-schema.ts'

export const timeRequest = requestOf(
  Type.Object({ advanceSeconds: Type.Integer({ minimum: 0, maximum: 315_360_000 }) }),
)

export const failRequest = requestOf(
  Type.Object({
    cause: text(64),
    times: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  }),
)

export const codeRequest = requestOf(
  Type.Object({
    userId: text(128),
    appId: text(64),
    scopes: Type.Unknown(),
    granted: Type.Array(Type.String(), { maxItems: 64 }),
  }),
)

export const forgetRequest = requestOf(Type.Object({ userId: text(128), appId: text(64) }))
