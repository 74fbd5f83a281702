/**
 * @module The operations of the merchant API. Each validates its request, calls the engine, and builds its reply.
 * @see [Operations](../../../../../docs/merchant-api.md#operations)
 */
import type { Ports } from '../../engine/ports.ts'
import type { Operations } from './call.ts'
import { createEventOperations, type SignEvent } from './event-operations.ts'
import { type AuthUrl, createPrepareOperation } from './prepare-operation.ts'
import { createTokenOperations } from './token-operations.ts'

export function createOperations(ports: Ports, authUrl: AuthUrl, signEvent: SignEvent): Operations {
  return {
    ...createTokenOperations(ports),
    ...createPrepareOperation(ports, authUrl),
    ...createEventOperations(ports, signEvent),
  }
}
