/**
 * @module Requests that wait for a second person: how they are kept, and how they are carried out as the person who asked.
 */
import { AdminError } from '../engine/admin/admin-error.ts'
import { type Approval, requestApproval } from '../engine/admin/approvals.ts'
import type { Principal } from '../engine/admin/principal.ts'
import { PLATFORM_ORGANIZATION } from '../engine/admin/roles.ts'
import {
  adminScopesOf,
  findServiceAccount,
  servicePrincipalOf,
} from '../engine/admin/service-accounts.ts'
import { principalOf, readActiveMember } from '../engine/admin/sessions.ts'
import { canonicalJson, type Json } from '../engine/canonical-json.ts'
import type { JsonObject } from '../http/strict-json.ts'
import { type AdminCall, type CallInput, createCall, invalidMember } from './call.ts'
import type { Change } from './change.ts'
import { NO_ORGANIZATION } from './records/record-owners.ts'
import { requireValid } from './requests/validation.ts'
import { type ChangeRow, type FoundRow, isChange } from './row.ts'

/** A request as an approval keeps it. */
type KeptRequest = Pick<CallInput, 'params' | 'query' | 'version'> & {
  readonly row: string
  readonly body?: JsonObject
  /** Instead of a body that names a user: a hash of it and the confirmation. */
  readonly bodyHash?: string
}

const CONFIRMATION_BYTES = 16

/** @returns the approval, and what the person who asked passes on to the second person */
export function keepRequest(
  call: AdminCall,
  row: ChangeRow,
  reason: string,
): { readonly approval: Approval; readonly confirmation?: string } {
  const { principal, operation, params, query, version, body, now } = call
  const confirmation = row.isBodyPrivate && call.ports.random.text(CONFIRMATION_BYTES)
  const request: KeptRequest = {
    row: row.id,
    params,
    query,
    version,
    ...(confirmation
      ? { bodyHash: hashOf(call, body, confirmation) }
      : { body: row.bodyToKeep?.(call) ?? body }),
  }
  const organization =
    principal.organization === NO_ORGANIZATION ? PLATFORM_ORGANIZATION : principal.organization
  // JSON has no undefined.
  const stored = JSON.parse(JSON.stringify(request)) as JsonObject
  const approval = requestApproval(
    principal,
    { operation, organization, request: stored, reason },
    now,
  )
  return { approval, ...(confirmation && { confirmation }) }
}

/** What was asked for, checked again as it is now. @throws {AdminError} */
export async function requestedChange(
  findRow: (id: string) => FoundRow | undefined,
  call: AdminCall,
  approval: Approval,
): Promise<Change> {
  const kept = approval.request as unknown as KeptRequest
  const found = findRow(kept.row)
  if (!found || !isChange(found.row))
    throw new AdminError(
      'expired',
      'This version of the server does not have the operation. Ask again.',
    )
  const body = kept.body ?? confirmedBody(call, kept)
  if (found.row.body) requireValid(found.row.body, body)
  const principal = await readRequester(call, approval)
  const { params, query, version } = kept
  const input = { params, query, body, version }
  const tracked = createCall(call, found.operation, principal, input, call.now)
  const change = await found.row.change(tracked.call)
  if (!tracked.isDecided())
    throw new Error(`${found.row.id} was not decided by the table of roles.`)
  return change
}

function confirmedBody(call: AdminCall, { bodyHash }: KeptRequest): JsonObject {
  const { body = {}, confirmation = '' } = call.body as {
    readonly body?: JsonObject
    readonly confirmation?: string
  }
  if (hashOf(call, body, confirmation) === bodyHash) return body
  throw invalidMember(
    '/body',
    'and confirmation must be those of the person who asked: the approval itself does not name the user.',
  )
}

function hashOf({ ports }: AdminCall, body: JsonObject, confirmation: string): string {
  return ports.hasher.sha256(`${confirmation}\n${canonicalJson(body as Json)}`)
}

/** Who asked, with the role of today. @throws {AdminError} `expired` */
async function readRequester(
  { ports: { store } }: AdminCall,
  { requestedBy }: Approval,
): Promise<Principal> {
  const id = requestedBy.split(' ').at(-1) ?? ''
  if (requestedBy.startsWith('member ')) {
    const member = await readActiveMember({ store }, id)
    if (member) return principalOf(member)
  } else {
    const account = await findServiceAccount(store, id)
    if (account) return servicePrincipalOf(account, adminScopesOf(account.document))
  }
  throw new AdminError(
    'expired',
    'Who asked for this has no role any more. It has to be asked again.',
  )
}
