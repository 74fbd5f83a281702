/**
 * @module The wallet's user directory over HTTP. Requests are signed with the platform's key as in the merchant API
 * (docs/configuration.md#http-directory). The response is `200 {user}`, or 404 for an unknown user.
 */
import { formatSignatureHeader, formatTime, signedPrefix } from '@assent/protocol'
import Type from 'typebox'
import { Check } from 'typebox/value'
import type { Directory, DirectoryUser } from '../engine/ports.ts'
import { UsersSchema } from './users-schema.ts'

export type HttpDirectoryOptions = {
  readonly url: string
  readonly timeoutSeconds: number
  /** The issuer of this server, which is the Client-Id of the request. */
  readonly issuer: string
  readonly keyVersion: number
  /** @returns base64 */
  readonly sign: (prefix: string, body: string) => Promise<string>
  /** Epoch seconds. */
  readonly clock: () => number
}

const MAX_RESPONSE_BYTES = 64 * 1024
const {
  walletId: _walletId,
  userId: _userId,
  ...userProperties
} = UsersSchema.properties.users.items.properties
const ResponseSchema = Type.Object({ user: Type.Object(userProperties) })

export function openHttpDirectory(options: HttpDirectoryOptions): Directory {
  const { pathname, search } = new URL(options.url)
  return {
    async findUser(user) {
      const body = JSON.stringify(user)
      const time = formatTime(options.clock())
      const signature = await options.sign(
        signedPrefix(pathname + search, options.issuer, time),
        body,
      )
      const response = await fetch(options.url, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(options.timeoutSeconds * 1000),
        headers: {
          'content-type': 'application/json',
          'client-id': options.issuer,
          'request-time': time,
          signature: formatSignatureHeader(options.keyVersion, signature, 'base64url'),
        },
        body,
      })
      if (response.status === 404) return undefined
      if (!response.ok)
        throw new Error(
          `The user directory responded with status ${response.status}. It must respond with 200 or 404.`,
        )
      return readUser(await response.text())
    },
  }
}

function readUser(text: string): DirectoryUser {
  if (text.length > MAX_RESPONSE_BYTES)
    throw new Error(
      `The response of the user directory must not exceed ${MAX_RESPONSE_BYTES / 1024} KB.`,
    )
  const response = parseJson(text)
  if (!Check(ResponseSchema, response))
    throw new Error(
      'The response of the user directory must be {user} as in the schema of a file directory.',
    )
  return response.user
}

/** The error message of `JSON.parse` would quote the text, which contains data of a user. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
