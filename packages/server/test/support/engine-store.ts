/**
 * @module The store of the unit tests: plain maps and lists, which tests read and prepare directly.
 */
import type { Consistency } from '../../src/engine/ports/credential-status.ts'
import type { DirectoryUser } from '../../src/engine/ports/directory.ts'
import type {
  Authorization,
  ConsentRequest,
  Grant,
  GuardianRequest,
  NewEvent,
  OnceRecord,
  UserRef,
} from '../../src/engine/records.ts'
import type { Registry } from '../../src/engine/registry.ts'
import type { OutboxWrites } from '../../src/engine/store/grants.ts'
import type { Store } from '../../src/engine/store/store.ts'

export type EngineState = {
  readonly grants: Grant[]
  readonly authorizations: Map<string, Authorization>
  readonly scopeSets: (readonly string[])[]
  readonly consentRequests: Map<string, ConsentRequest>
  readonly guardianRequests: GuardianRequest[]
  readonly consumed: Map<string, number>
  /** Recorded requests, as authorization and hash. */
  readonly executed: Set<string>
  /** Everything that was issued up to this instant is revoked. */
  revokedThrough: number
  /** Changes of grants: whether they revoke, and what was written with them. */
  readonly changes: {
    readonly next: Grant
    readonly revokes: boolean
    readonly outbox?: OutboxWrites | undefined
  }[]
  /** Events of ended authorizations and of revocations by issue time. */
  readonly events: (NewEvent | undefined)[]
  readonly revocations: { readonly kind: string; readonly id: string; readonly through: number }[]
  /** The calls that write, in order. */
  readonly writes: string[]
  /** What each read of a credential's status required. */
  readonly consistencies: Consistency[]
  readonly funnel: {
    readonly step: string
    readonly scopes: readonly string[]
    readonly appId: string
    readonly user: UserRef
  }[]
  readonly signIns: number[]
  directoryUser: DirectoryUser | undefined
}

/** A store of maps and lists, with the methods that the unit tests need. */
export function createStore(state: EngineState, registry: Registry): Partial<Store> {
  const { grants, authorizations, scopeSets, consentRequests, writes } = state
  const find = (user: UserRef, appId: string): Grant | undefined =>
    grants.find(
      (one) =>
        one.appId === appId &&
        one.user.walletId === user.walletId &&
        one.user.userId === user.userId,
    )
  const replace = (next: Grant): boolean => {
    const index = grants.findIndex(({ grantId }) => grantId === next.grantId)
    if (grants[index]?.epoch !== next.epoch - 1) return false
    grants[index] = next
    return true
  }
  const record = (consumed: Map<string, number>, { idHash, expiresAt }: OnceRecord): boolean => {
    if (consumed.has(idHash)) return false
    consumed.set(idHash, expiresAt)
    return true
  }
  const isRepeated = (authorizationId: string, once: OnceRecord | undefined): boolean => {
    const key = once && `${authorizationId}/${once.idHash}`
    if (key === undefined) return false
    if (state.executed.has(key)) return true
    state.executed.add(key)
    return false
  }
  return {
    findForgedGrant: async () => undefined,
    internClient: async (clientId) => (await registry.findClient(clientId))?.number ?? 99,
    async internScopeSet(scopes) {
      const key = [...scopes].sort().join()
      const known = scopeSets.findIndex((one) => [...one].sort().join() === key)
      return known >= 0 ? known : scopeSets.push(scopes) - 1
    },
    readScopeSet: async (number) => scopeSets[number],
    findGrant: async (user, appId) => find(user, appId),
    listGrants: async (user) => grants.filter((one) => one.user.userId === user.userId),
    async openGrant(grant) {
      const known = find(grant.user, grant.appId)
      if (!known) grants.push(grant)
      return known ?? grant
    },
    async replaceGrant(next, revokes, outbox) {
      const current = grants.find(({ grantId }) => grantId === next.grantId)
      if (current?.epoch !== next.epoch - 1) return false
      if (outbox?.once && !record(state.consumed, outbox.once)) return 'repeated'
      replace(next)
      writes.push('replaceGrant')
      state.changes.push({ next, revokes, outbox })
      return { sequence: state.changes.length }
    },
    async readGrantState(grantId, authorizationId) {
      const grant = grants.find((one) => one.grantId === grantId)
      const authorization = authorizations.get(authorizationId)
      return grant && { grant, authorization, revokedThrough: state.revokedThrough }
    },
    async redeemCode(authorization, once) {
      writes.push('redeemCode')
      if (isRepeated(authorization.authorizationId, once)) return 'repeated'
      const known = authorizations.get(authorization.authorizationId)
      if (!known) authorizations.set(authorization.authorizationId, authorization)
      return known
    },
    async rotateRefresh(authorizationId, generation, now, once) {
      writes.push('rotateRefresh')
      if (isRepeated(authorizationId, once)) return 'repeated'
      const known = authorizations.get(authorizationId)
      const canRotate =
        known?.generation === generation && known.endedAt === undefined && now < known.expiresAt
      if (!known || !canRotate) return undefined
      const rotated = { ...known, generation: generation + 1, rotatedAt: now }
      authorizations.set(authorizationId, rotated)
      return rotated
    },
    recordRequest: async (authorizationId, once) => !isRepeated(authorizationId, once),
    readAuthorization: async (authorizationId) => authorizations.get(authorizationId),
    async endAuthorization(authorizationId, now, event) {
      writes.push('endAuthorization')
      const known = authorizations.get(authorizationId)
      if (!known || known.endedAt !== undefined) return 0
      authorizations.set(authorizationId, { ...known, endedAt: now })
      return state.events.push(event)
    },
    async findEvent(clientNumber, eventId) {
      const event = state.events.find(
        (one) => one?.clientNumber === clientNumber && one.eventId === eventId,
      )
      if (!event || event.type === 'USER_LOGGED_OUT') return undefined
      return { ...event, type: event.type, sequence: 1, createdAt: 0 }
    },
    async revokeIssuedThrough(kind, id, through, events = []) {
      writes.push('revokeIssuedThrough')
      state.events.push(...events)
      return state.revocations.push({ kind, id, through })
    },
    async consumeOnce(idHash, expiresAt) {
      writes.push('consumeOnce')
      return record(state.consumed, { idHash, expiresAt })
    },
    isConsumed: async (idHash) => state.consumed.has(idHash),
    readRegisteredClient: async () => undefined,
    async openPrompt(idHash, before, openerHash) {
      const request = state.consentRequests.get(idHash)
      if (!request || request.outcome || request.openerHash !== before) return false
      state.consentRequests.set(idHash, { ...request, openerHash })
      return true
    },
    async createConsentRequest(request) {
      writes.push('createConsentRequest')
      consentRequests.set(request.idHash, request)
      return true
    },
    readConsentRequest: async (idHash) => consentRequests.get(idHash),
    async decideConsent(idHash, outcome, next, outbox) {
      const request = consentRequests.get(idHash)
      if (!request || request.outcome || request.completedAt) return 'used'
      if (next && !replace(next)) return 'conflict'
      writes.push('decideConsent')
      consentRequests.set(idHash, { ...request, outcome })
      if (next) state.changes.push({ next, revokes: false, outbox })
      return 'decided'
    },
    async completeConsent(idHash, now) {
      const request = consentRequests.get(idHash)
      if (!request || request.completedAt !== undefined) return undefined
      writes.push('completeConsent')
      const completed = { ...request, completedAt: now }
      consentRequests.set(idHash, completed)
      return completed
    },
    createGuardianRequest: async (request) => void state.guardianRequests.push(request),
    async deleteGuardianRequest(user, appId) {
      const index = state.guardianRequests.findIndex(
        (one) => one.user.userId === user.userId && one.appId === appId,
      )
      if (index >= 0) state.guardianRequests.splice(index, 1)
    },
  }
}
