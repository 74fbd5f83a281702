/**
 * @module What the signed APIs need to verify requests and to sign replies.
 */

import type { ErrorCode, SignatureEncoding, SignatureHeader } from '@assent/protocol'
import type { FastifyRequest } from 'fastify'
import type { MessageSigner } from '../../engine/ports/message-signer.ts'
import type { OnceRecord } from '../../engine/records.ts'
import type { Lookup } from '../../engine/registry.ts'
import type { JsonObject } from '../strict-json.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The result code of a signed reply, for the log and the metrics. */
    resultCode: string
    /** The parsed Signature header. `null` before it is parsed, and when it is missing or malformed. */
    signature: SignatureHeader | null
    /** The name of the wallet's API that was called through the gateway, for the log and the metrics. */
    apiName: string
  }
}

/** Verifies a base64 signature over the prefix and the body. */
export type Verifier = (prefix: string, body: Buffer, base64: string) => boolean

export type SigningParty = {
  /** By keyVersion. */
  readonly keys: ReadonlyMap<number, Verifier>
  /** 0 disables the check of Request-Time, which is insecure: a request can be repeated later. */
  readonly requestTimeToleranceSeconds: number
}

/** The parties that sign the requests of one API. */
export interface SigningParties {
  /** @param id the `Client-Id` of the request */
  findParty(id: string): Lookup<SigningParty>
}

export type SigningContext = {
  /** The registered callers. A function, because the registry may be reloaded. */
  readonly callers: () => SigningParties
  readonly signer: MessageSigner
  /** Epoch seconds. */
  readonly clock: () => number
  /** Counts the request for this caller; `undefined` for a caller that has proven nothing. */
  readonly identify: (request: FastifyRequest, callerId: string | undefined) => Promise<void>
  /** Records an invalid signature of a known caller. @returns whether there were too many; then it has waited */
  readonly recordFailure: (request: FastifyRequest, callerId: string) => Promise<boolean>
  /** Called with the encoding of each authenticated request, before it is handled. */
  readonly onAuthenticated?: (clientId: string, encoding: SignatureEncoding) => void
  /** Only in the test server, whose own clock can be advanced: the clock of the callers. Default: `clock`. */
  readonly partyClock?: () => number
  /** Only in the test server: the error that the current request must fail with. */
  readonly nextFault?: () => ErrorCode | undefined
}

/** A request whose sender and content are authenticated. */
export type SignedRequest = {
  readonly clientId: string
  readonly body: JsonObject
  readonly now: number
  /** The current time by the clock of the callers. It differs from `now` only in the test server. */
  readonly partyNow: number
  /** The record of this request. An operation that changes state or issues a credential writes it, so that the request takes effect once. */
  readonly once: () => OnceRecord
  /** The response must reflect the revocation log at least up to this sequence number. 0: no minimum. */
  readonly minSequence: number
  /** Sets the sequence number of a revocation in the reply, so that the caller can demand it from any node. */
  readonly revoked: (sequence: number) => void
}

export type Handler = (request: SignedRequest) => Promise<object>
