/**
 * @module What users have granted: find and withdraw it, list receipts, and erase a user.
 */
import Type from 'typebox'
import { closed } from '../../config/schema/fields.ts'
import { AdminError } from '../../engine/admin/admin-error.ts'
import { PLATFORM_ORGANIZATION } from '../../engine/admin/roles.ts'
import type { Grant, UserRef } from '../../engine/records.ts'
import { revokeGrant } from '../../engine/tokens/revoke.ts'
import { eraseUser } from '../../engine/users/erase.ts'
import { listReceiptsOfUser } from '../../engine/users/grant-overview.ts'
import type { AdminCall } from '../call.ts'
import type { Change, Reply } from '../change.ts'
import type { RowsOf } from '../row.ts'
import { reason, time } from '../schemas.ts'

const USER = {
  walletId: Type.String({ minLength: 1, maxLength: 64, description: 'The wallet.' }),
  userId: Type.String({ minLength: 1, maxLength: 128, description: 'The id of the user in it.' }),
}
const appId = Type.String({ minLength: 1, maxLength: 32, description: 'The mini program.' })

const GRANT = closed(
  {
    appId,
    clientId: Type.Optional(Type.String()),
    userId: Type.String({ description: 'The id under which the merchant knows the user.' }),
    granted: Type.Array(
      closed({
        scope: Type.String(),
        grantedAt: time,
        expiresAt: Type.Optional(time),
        fields: Type.Optional(Type.Array(Type.String())),
      }),
    ),
    denied: Type.Array(
      closed({
        scope: Type.String(),
        deniedAt: time,
        withdrawnAt: Type.Optional(time),
      }),
    ),
  },
  { title: 'Grant' },
)

const RECEIPT = closed(
  {
    receiptId: Type.String(),
    appId: Type.String(),
    event: Type.String(),
    createdAt: time,
    document: Type.String({ description: 'The signed receipt: a compact JWS (RFC 7515).' }),
  },
  { title: 'Receipt' },
)

function userOf({ walletId, userId }: Readonly<Record<string, unknown>>): UserRef {
  return { walletId: String(walletId), userId: String(userId) }
}

async function toView(
  { ports: { store } }: AdminCall,
  { appId: app, clientNumber, subject, granted, denied }: Grant,
): Promise<object> {
  const clientId = await store.readClientId(clientNumber)
  return {
    appId: app,
    ...(clientId !== undefined && { clientId }),
    userId: subject,
    granted: Object.entries(granted).map(([scope, { grantedAt, expiresAt, fields }]) => ({
      scope,
      grantedAt,
      ...(expiresAt !== undefined && { expiresAt }),
      ...(fields && { fields }),
    })),
    denied: Object.entries(denied).map(([scope, { deniedAt, withdrawnAt }]) => ({
      scope,
      deniedAt,
      ...(withdrawnAt !== undefined && { withdrawnAt }),
    })),
  }
}

async function findGrants(call: AdminCall): Promise<Reply> {
  call.permit({ organization: PLATFORM_ORGANIZATION })
  const grants = await call.ports.store.listGrants(userOf(call.query))
  return { body: { items: await Promise.all(grants.map((grant) => toView(call, grant))) } }
}

function enginePorts({ live, ports }: AdminCall) {
  return { registry: live.current().registry, store: ports.store, receipts: ports.receipts }
}

async function withdraw(call: AdminCall): Promise<Change> {
  call.permit({ organization: PLATFORM_ORGANIZATION })
  const user = userOf(call.body)
  const {
    appId: app,
    scopes,
    reason: why,
  } = call.body as {
    readonly appId: string
    readonly scopes?: readonly string[]
    readonly reason: string
  }
  const grant = await call.ports.store.findGrant(user, app)
  if (!grant)
    throw new AdminError('not-found', 'The user has granted nothing to this mini program.')
  return {
    updates: [],
    async effect(record) {
      // The log outlives the user, so it names the mini program alone.
      await record(`Withdraws scopes of a user of ${user.walletId} from ${app}. ${why}`)
      const input = { user, appId: app, scopes, actor: 'operator' as const }
      const sequence = await revokeGrant(enginePorts(call), input, call.now)
      return { body: { withdrawn: sequence > 0 } }
    },
    reply: { body: { withdrawn: Object.keys(grant.granted).length > 0 } },
  }
}

async function listReceipts(call: AdminCall): Promise<Reply> {
  call.permit({ organization: PLATFORM_ORGANIZATION })
  const { appId: app, limit } = call.query as {
    readonly appId?: string
    readonly limit?: number
  }
  const input = { user: userOf(call.query), appId: app, limit: limit ?? 50 }
  const receipts = await listReceiptsOfUser({ store: call.ports.store }, input)
  return {
    body: {
      items: receipts.map(({ receiptId, appId: ofApp, event, createdAt, document }) => ({
        receiptId,
        appId: ofApp,
        event,
        createdAt,
        document,
      })),
    },
  }
}

async function erase(call: AdminCall): Promise<Change> {
  call.permit({ organization: PLATFORM_ORGANIZATION })
  const user = userOf(call.body)
  return {
    updates: [],
    async effect(record) {
      await record(`Erases a user of ${user.walletId}. ${call.body['reason']}`)
      const grants = await eraseUser(enginePorts(call), user, call.now)
      await call.removeResidue(user.userId)
      return { body: { grants } }
    },
    reply: { body: { grants: 0 } },
  }
}

type UserOperation = 'grants.find' | 'grants.withdraw' | 'receipts.list' | 'users.erase'

export const USER_ROWS: RowsOf<UserOperation> = {
  'grants.find': [
    {
      id: 'findGrants',
      method: 'GET',
      path: '/grants',
      summary: 'Find the grants of a user',
      description:
        'What a user has granted and denied, by mini program. The user is named by the wallet’s id.',
      query: USER,
      response: closed({ items: Type.Array(GRANT) }, { title: 'GrantList' }),
      problems: ['invalid'],
      example: { query: { walletId: 'demo-2', userId: 'ana' } },
      read: findGrants,
    },
  ],
  'grants.withdraw': [
    {
      id: 'withdrawGrant',
      method: 'POST',
      path: '/grants/withdrawals',
      status: 200,
      summary: 'Withdraw scopes for a user',
      description:
        'As if the user withdrew them: tokens lose the scopes at once, the merchant is told, and a receipt says that the operator acted.',
      body: closed(
        {
          ...USER,
          appId,
          scopes: Type.Optional(
            Type.Array(Type.String({ maxLength: 64 }), { description: 'Default: all.' }),
          ),
          reason,
        },
        { title: 'WithdrawalBody' },
      ),
      response: closed({ withdrawn: Type.Boolean() }, { title: 'Withdrawal' }),
      problems: ['invalid', 'not-found'],
      example: {
        body: {
          walletId: 'demo-2',
          userId: 'ana',
          appId: 'kopi-app',
          reason: 'Asked by telephone.',
        },
      },
      change: withdraw,
    },
  ],
  'receipts.list': [
    {
      id: 'listReceipts',
      method: 'GET',
      path: '/receipts',
      summary: 'List the receipts of a user',
      description: 'The latest first, at most `limit`.',
      query: {
        ...USER,
        appId: Type.Optional(appId),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
      },
      response: closed({ items: Type.Array(RECEIPT) }, { title: 'ReceiptList' }),
      problems: ['invalid'],
      example: { query: { walletId: 'demo-2', userId: 'ana' } },
      read: listReceipts,
    },
  ],
  'users.erase': [
    {
      id: 'eraseUser',
      method: 'POST',
      path: '/users/erasures',
      status: 200,
      summary: 'Erase a user',
      description:
        'Withdraws everything and deletes what identifies the user. It cannot be undone, so a second person approves it. The approval does not contain the user: give that person the same body and the `confirmation` of the reply.',
      body: closed({ ...USER, reason }, { title: 'ErasureBody' }),
      response: closed(
        { grants: Type.Integer({ minimum: 0, description: 'How many grants the user had.' }) },
        { title: 'Erasure' },
      ),
      needsApproval: true,
      isBodyPrivate: true,
      problems: ['invalid'],
      example: { body: { walletId: 'demo-2', userId: 'eka', reason: 'Request 1204 of the user.' } },
      change: erase,
    },
  ],
}
