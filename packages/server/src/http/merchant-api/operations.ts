/**
 * @module The operations of the merchant API. Each validates its request, calls the engine, and builds its reply.
 * @see [Operations](../../../../../docs/merchant-api.md#operations)
 */
import type { Ports } from '../../engine/ports/ports.ts'
import type { Operations } from './call.ts'
import { createEventOperations, type SignEvent } from './event-operations.ts'
import { createPrepareOperation, type PreparedPage } from './prepare-operation.ts'
import { createTokenOperations } from './token-operations.ts'

export function createOperations(
  ports: Ports,
  preparedPage: PreparedPage,
  signEvent: SignEvent,
): Operations {
  return {
    ...createTokenOperations(ports),
    ...createPrepareOperation(ports, preparedPage),
    ...createEventOperations(ports, signEvent),
  }
}
