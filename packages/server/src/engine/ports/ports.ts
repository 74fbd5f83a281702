/**
 * @module The ports of the engine: everything that it needs from the outside. Time is not a port but an argument.
 */
import type { Registry } from '../registry.ts'
import type { AccessLog } from '../store/access-log.ts'
import type { Receipts } from '../store/receipts.ts'
import type { Store } from '../store/store.ts'
import type { ConsentFunnel } from './consent-funnel.ts'
import type { CredentialStatusReader } from './credential-status.ts'
import type { Credentials } from './credentials.ts'
import type { Hasher, RandomSource } from './crypto.ts'
import type { Directory } from './directory.ts'

/** All ports. Every use case takes the ones that it needs, as `Pick<Ports, …>`. */
export type Ports = {
  readonly registry: Registry
  readonly store: Store
  readonly accessLog: AccessLog
  readonly receipts: Receipts
  readonly funnel: ConsentFunnel
  readonly credentialStatus: CredentialStatusReader
  readonly credentials: Credentials
  readonly directory: Directory
  readonly random: RandomSource
  readonly hasher: Hasher
}
