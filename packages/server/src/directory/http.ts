/**
 * @module The wallet's own directory, asked over HTTP with a message that the platform's key signs like a request of
 * the OpenAPI. It answers `200 {user}`, or 404 when there is none.
 */
import { formatSignatureHeader, formatTime, signedPrefix } from '@assent/protocol'
import Type from 'typebox'
import { Check } from 'typebox/value'
import type { Directory, DirectoryUser } from '../engine/ports/directory.ts'
import { UsersSchema } from './users-schema.ts'

export type HttpDirectoryOptions = {
  readonly url: string
  readonly timeoutSeconds: number
  /** This server's issuer: the Client-Id of the request. */
  readonly issuer: string
  readonly keyVersion: number
  /** @returns base64 */
  readonly sign: (prefix: string, body: string) => Promise<string>
  /** Epoch seconds. */
  readonly clock: () => number
}

const MAX_REPLY_BYTES = 64 * 1024
const {
  walletId: _walletId,
  userId: _userId,
  ...userProperties
} = UsersSchema.properties.users.items.properties
const ReplySchema = Type.Object({ user: Type.Object(userProperties) })

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
      if (!response.ok) throw new Error(`the directory answered ${response.status}`)
      return readUser(await response.text())
    },
  }
}

function readUser(text: string): DirectoryUser {
  if (text.length > MAX_REPLY_BYTES) throw new Error('the directory answered too much')
  const reply = parseJson(text)
  if (!Check(ReplySchema, reply))
    throw new Error('the directory answered something that is not a user')
  return reply.user
}

/** The parser's own message quotes the text, and that holds a user's data. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
