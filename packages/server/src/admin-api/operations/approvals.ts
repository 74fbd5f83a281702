/**
 * @module Approvals: what somebody asked for, and a second person decides.
 * @see docs/administrators.md#approvals
 */
import Type from 'typebox'
import { closed, dictionary, oneOf } from '../../config/schema/fields.ts'
import { type Approval, approvalUpdate, decideApproval } from '../../engine/admin/approvals.ts'
import type { RegistryRecord } from '../../engine/store/registry.ts'
import { ApprovalSchema } from '../../registry/records/administration.ts'
import type { AdminCall } from '../call.ts'
import type { Change } from '../change.ts'
import { listRow, type Resource, readRow, requireRecord, viewOf } from '../records/resource.ts'
import { allRecords, recordsWith } from '../requests/pages.ts'
import type { RowsOf } from '../row.ts'
import { recordBody, recordView } from '../schemas.ts'

const PROPERTIES = { id: Type.String(), ...ApprovalSchema.properties }

const APPROVAL: Resource = {
  kind: 'approval',
  name: 'approvals',
  path: '/approvals',
  param: 'approvalId',
  idMember: 'id',
  isIdStored: false,
  label: 'approval',
  labels: 'approvals',
  component: 'Approval',
  body: recordBody('ApprovalBody', PROPERTIES),
  view: recordView('Approval', PROPERTIES),
  description: 'Requests that wait, or waited, for a second person.',
  filters: {
    state: Type.Optional(oneOf(['pending', 'approved', 'declined'], 'Only those in this state.')),
  },
  find({ ports: { store }, query: { state } }, _reach, position) {
    return state === undefined
      ? allRecords(store, 'approval', position)
      : recordsWith(store, 'approval', { name: 'approvalState', value: String(state) }, position)
  },
  links: ({ id }) => ({
    approve: `/admin/v1/approvals/${id}/approve`,
    decline: `/admin/v1/approvals/${id}/decline`,
  }),
  prepare() {
    throw new Error('Approvals are decided, and do not change otherwise.')
  },
  examples: {
    id: 'approval-1',
    other: 'approval-2',
    removed: 'approval-2',
    create: {},
    patch: {},
    replace: {},
  },
}

const DECISION = closed(
  {
    approval: APPROVAL.view,
    result: Type.Optional(
      Type.Unknown({ description: 'What the operation returns, when it was approved.' }),
    ),
  },
  { title: 'Decision' },
)
const APPROVE_BODY = closed(
  {
    body: Type.Optional(
      dictionary(Type.Unknown(), {
        description: 'Of a request that names a user: the same body again.',
      }),
    ),
    confirmation: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'Of a request that names a user: what the first person got.',
      }),
    ),
  },
  { title: 'ApproveBody' },
)

async function decide(call: AdminCall, state: 'approved' | 'declined'): Promise<Change> {
  const record = await requireRecord(call, APPROVAL)
  const approval = record.document as unknown as Approval
  const decided = decideApproval(call.principal, approval, state, call.now)
  const update = approvalUpdate(record.id, decided, record.version)
  const view = viewOf(call, APPROVAL, decidedRecord(record, decided))
  if (state === 'declined')
    return { updates: [update], reply: { body: { approval: view }, version: record.version + 1 } }
  const requested = await call.requestedChange(call, approval)
  const { updates, effect, checks, sequence, reply } = requested
  return {
    updates: [...updates, update],
    ...(checks && { checks }),
    ...(sequence !== undefined && { sequence }),
    ...(effect && {
      effect: async (write) => ({ body: { approval: view, result: (await effect(write)).body } }),
    }),
    reply: {
      body: { approval: view, ...(reply.body && { result: reply.body }) },
      version: record.version + 1,
      secrets: ['result'],
    },
  }
}

function decidedRecord(record: RegistryRecord, decided: Approval): RegistryRecord {
  return { ...record, version: record.version + 1, document: decided }
}

type ApprovalOperation = 'approvals.list' | 'approvals.read' | 'approvals.decide'

const problems = ['invalid', 'not-found', 'own-record', 'used', 'expired', 'conflict'] as const

export const APPROVAL_ROWS: RowsOf<ApprovalOperation> = {
  'approvals.list': [listRow(APPROVAL)],
  'approvals.read': [readRow(APPROVAL)],
  'approvals.decide': [
    {
      id: 'approve',
      method: 'POST',
      path: '/approvals/{approvalId}/approve',
      status: 200,
      summary: 'Approve a request',
      description:
        'It happens at once, in the same change as the decision, if who asked still may ask for it. Nobody approves an own request.',
      body: APPROVE_BODY,
      response: DECISION,
      hasVersion: true,
      problems: [...problems, 'other-owner', 'stale', 'exists'],
      example: { path: { approvalId: 'approval-1' }, body: {} },
      change: (call) => decide(call, 'approved'),
    },
    {
      id: 'decline',
      method: 'POST',
      path: '/approvals/{approvalId}/decline',
      status: 200,
      summary: 'Decline a request',
      description: 'It does not happen, and can be made again.',
      response: DECISION,
      hasVersion: true,
      problems,
      example: { path: { approvalId: 'approval-2' } },
      change: (call) => decide(call, 'declined'),
    },
  ],
}
