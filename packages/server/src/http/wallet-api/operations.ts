/**
 * @module The operations of the wallet API. The wallet is the signer of the request; it names the user.
 */
import type { Ports } from '../../engine/ports.ts'
import type { Operations, PageUrls } from './call.ts'
import { createConsentOperations } from './consent-operations.ts'
import { createUserOperations } from './user-operations.ts'

export function createOperations(ports: Ports, urls: PageUrls, issuer: string): Operations {
  return {
    ...createConsentOperations(ports, urls, issuer),
    ...createUserOperations(ports, urls),
  }
}
