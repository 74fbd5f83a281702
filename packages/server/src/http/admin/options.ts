/**
 * @module What the interfaces for administrators need.
 */
import type { FastifyRequest } from 'fastify'
import type { AdminPorts } from '../../engine/admin/ports.ts'
import type { SessionLimits } from '../../engine/admin/sessions.ts'
import type { Ports } from '../../engine/ports/ports.ts'
import type { OidcProvider } from './sign-in/oidc.ts'

export type AdminOptions = {
  readonly ports: AdminPorts & Pick<Ports, 'credentials' | 'store'>
  /** The public URL of this server. Passkeys are bound to its host name. */
  readonly issuer: string
  /** Epoch seconds. */
  readonly clock: () => number
  readonly limits: SessionLimits
  /** The platform's identity provider, if there is one. */
  readonly oidc: OidcProvider | undefined
  /** Counts a failed sign-in. Those beyond the limit are answered late. */
  readonly recordFailure: (request: FastifyRequest) => Promise<void>
}
