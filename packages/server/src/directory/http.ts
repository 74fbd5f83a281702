/**
 * @module The wallet's user directory over HTTP. Requests are signed with the platform's key as in the merchant API
 * (docs/configuration.md#http-directory). The response is `200 {user}`, or 404 for an unknown user.
 */
import type { SignatureEncoding } from '@assent/protocol'
import type { Directory, DirectoryUser } from '../engine/ports/directory.ts'
import type { MessageSigner } from '../engine/ports/message-signer.ts'
import type { UserRef } from '../engine/records.ts'
import { signedHeaders } from '../engine/signed-request.ts'
import { asRecord, hasValue } from './field-reading.ts'
import type { RecordReader } from './record-reader.ts'

export type HttpDirectoryOptions = {
  readonly url: string
  readonly timeoutSeconds: number
  /** The issuer of this server, which is the Client-Id of the request. */
  readonly issuer: string
  readonly encoding: SignatureEncoding
  readonly signer: MessageSigner
  /** Epoch seconds. */
  readonly clock: () => number
}

const MAX_RESPONSE_BYTES = 64 * 1024

/** The directory has responded, but not about this user. */
class UnusableResponseError extends Error {
  override readonly name = 'UnusableResponseError'
}

/** Whether an error means that the directory cannot respond about any user. */
export function isDirectoryUnavailable(error: unknown): boolean {
  return !(error instanceof UnusableResponseError)
}

export function openHttpDirectory(options: HttpDirectoryOptions, read: RecordReader): Directory {
  const { url, issuer: clientId, encoding, signer, clock } = options
  const { pathname, search } = new URL(url)
  const path = pathname + search
  return {
    async findUser(user) {
      const body = JSON.stringify(user)
      const headers = await signedHeaders(signer, { path, clientId, encoding, body }, clock())
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(options.timeoutSeconds * 1000),
        headers,
        body,
      })
      if (response.ok) return readResponse(user, await readBody(response), read)
      // Nothing else of the response is read. Without this, its connection could not be used again.
      await response.body?.cancel()
      if (response.status === 404) return undefined
      if (response.status === 410) return CLOSED_ACCOUNT
      const problem = `The user directory responded with status ${response.status}. It must respond with 200, 404 or 410.`
      throw response.status >= 500 ? new Error(problem) : new UnusableResponseError(problem)
    },
  }
}

/** RFC 9110 §15.5.11: the account existed and is gone permanently. */
const CLOSED_ACCOUNT: DirectoryUser = { status: 'INACTIVE' }

/** Reads no more of a response than it may have. */
async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > MAX_RESPONSE_BYTES)
      throw new UnusableResponseError(
        `The response of the user directory must not exceed ${MAX_RESPONSE_BYTES / 1024} KB.`,
      )
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function readResponse(user: UserRef, text: string, read: RecordReader): DirectoryUser {
  const record = asRecord(asRecord(parseJson(text))?.['user'])
  if (!record)
    throw new UnusableResponseError(
      'The response of the user directory must be {"user": {…}} (docs/wallets.md). For an unknown user it must be 404.',
    )
  for (const name of ['walletId', 'userId'] as const)
    if (hasValue(record[name]) && String(record[name]) !== user[name])
      throw new UnusableResponseError(
        `The user directory responded with the data of another ${name}. It must respond about the user that the request names.`,
      )
  return read(user, record)
}

/** The error message of `JSON.parse` would quote the text, which contains data of a user. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
