/**
 * @module The records of tests of the admin API: two merchants, records of the platform, and what the examples of the API name.
 */
import { EXAMPLE_IMAGE } from '../../src/admin-api/operations/example-values.ts'
import { approvalUpdate } from '../../src/engine/admin/approvals.ts'
import {
  type Member,
  memberUpdate,
  organizationUpdate,
  type ServiceAccount,
  serviceAccountUpdate,
} from '../../src/engine/admin/records.ts'
import { STANDARD_SCOPES } from '../../src/engine/standard-scopes.ts'
import type { RecordDocument, RecordKind, RecordUpdate } from '../../src/engine/store/registry.ts'
import type { TesterNames } from '../../src/engine/store/testers.ts'
import { referencesOf } from '../../src/registry/records/record-types.ts'
import { keyPairOf } from './keys.ts'
import { hasPublicKey, publicKeyOf } from './public-keys.ts'

const OWNER = 'registry'

function declared(kind: RecordKind, id: string, document: RecordDocument): RecordUpdate {
  const references = referencesOf({ kind, id }, document)
  return { kind, id, follows: 0, owner: OWNER, document, references }
}

function client(clientId: string, name: string, organization?: string): RecordUpdate {
  // Those that sign have a private key.
  const publicKey = hasPublicKey(clientId) ? publicKeyOf(clientId) : keyPairOf(clientId).publicKey
  const retired = { version: 2, publicKey: publicKeyOf(`${clientId}-2`), state: 'RETIRED' }
  return declared('client', clientId, {
    clientId,
    name,
    ...(organization !== undefined && { organization }),
    keys: [{ version: 1, publicKey }, retired],
  })
}

function app(
  { testerOf }: TesterNames,
  appId: string,
  clientId: string,
  name: string,
): RecordUpdate {
  return declared('miniProgram', appId, {
    appId,
    clientId,
    name,
    domains: [`https://${appId}.example`],
    scopes: ['auth_base', 'auth_user'],
    testers: [testerOf({ walletId: 'demo-2', userId: 'budi' })],
  })
}

function oauthClient(clientId: string, merchantId: string, appId: string): RecordUpdate {
  return declared('oauthClient', clientId, {
    clientId,
    merchantId,
    appId,
    tokenEndpointAuthMethod: 'none',
    redirectUris: [`https://${clientId}.example/callback`],
  })
}

/** In every language. */
export const SCOPE_TEXTS = STANDARD_SCOPES.find(({ scope: one }) => one === 'USER_NICKNAME')?.texts

function scope(name: string): RecordUpdate {
  return declared('scope', name, { scope: name, fields: ['nickName'], texts: SCOPE_TEXTS })
}

function api(name: string, scopes: readonly string[]): RecordUpdate {
  const paths = [`/v1/${name}/inquire`]
  return declared('api', name, { name, paths, upstream: `http://${name}.internal/x`, scopes })
}

function wallet(walletId: string): RecordUpdate {
  const keys = [{ version: 1, publicKey: publicKeyOf(walletId) }]
  return declared('wallet', walletId, { walletId, name: `Wallet ${walletId}`, keys })
}

const member = (organization: string, role: Member['role']): Member => ({
  organization,
  role,
  name: 'Somebody',
  state: 'active',
  identity: { method: 'passkey' },
})

function invitation(id: string, organization: string, now: number): RecordUpdate {
  const document = {
    organization,
    role: organization === 'platform' ? 'auditor' : 'viewer',
    name: 'Guest',
    expiresAt: now + 86_400,
    invitedBy: 'member x',
  }
  const reference = { name: 'organization', value: organization, rule: 'exists' } as const
  return { kind: 'invitation', id, follows: 0, owner: OWNER, document, references: [reference] }
}

function serviceAccount(id: string, organization: string): RecordUpdate {
  const jwk = { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU' }
  const account: ServiceAccount = {
    organization,
    name: 'Program',
    roles: [organization === 'platform' ? 'auditor' : 'viewer'],
    state: 'active',
    jwks: [{ ...jwk, y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' }],
  }
  return serviceAccountUpdate(id, account, 0)
}

/** An approval that somebody of the platform has asked for: to decline it changes nothing else. */
function approval(id: string, organization: string, requester: string, now: number): RecordUpdate {
  return approvalUpdate(
    id,
    {
      operation: 'invitations.create',
      organization,
      request: {
        row: 'createInvitation',
        params: {},
        query: {},
        body: { organization: 'platform', role: 'security', name: 'Fitri' },
      },
      reason: 'A second person for security.',
      requestedBy: `member ${requester}`,
      requesterIdentity: `passkey ${requester}`,
      requestedAt: now,
      expiresAt: now + 86_400,
      state: 'pending',
    },
    0,
  )
}

/** The member who has asked for the approvals. */
export const REQUESTER = 'requester'

/** @param names how the store names testers */
export function adminRecords(now: number, names: TesterNames): readonly RecordUpdate[] {
  return [
    ...['kopi', 'teh', 'prata'].map((id) =>
      organizationUpdate(id, { name: `Company ${id}`, state: 'active' }, 0),
    ),
    declared('image', EXAMPLE_IMAGE.id, EXAMPLE_IMAGE.document),
    scope('LOYALTY_TIER'),
    scope('VISIT_HISTORY'),
    scope('OLD_SCOPE'),
    api('loyalty', ['LOYALTY_TIER']),
    api('history', ['VISIT_HISTORY']),
    api('old-api', ['LOYALTY_TIER']),
    wallet('demo-2'),
    wallet('demo-3'),
    wallet('demo-old'),
    client('kopi-house', 'Bean Traders', 'kopi'),
    client('teh-house', 'Leaf Traders', 'teh'),
    client('platform-house', 'Own Shop', 'platform'),
    client('prata-house', 'Bread Traders', 'teh'),
    app(names, 'kopi-app', 'kopi-house', 'Bean Bar'),
    app(names, 'teh-app', 'teh-house', 'Leaf Bar'),
    app(names, 'teh-old-app', 'teh-house', 'Former Leaf Bar'),
    app(names, 'platform-app', 'platform-house', 'Shop Window'),
    oauthClient('kopi-web', 'kopi-house', 'kopi-app'),
    oauthClient('teh-web', 'teh-house', 'teh-app'),
    oauthClient('teh-old-web', 'teh-house', 'teh-app'),
    oauthClient('platform-web', 'platform-house', 'platform-app'),
    memberUpdate(REQUESTER, member('platform', 'owner'), 0),
    ...['member-1', 'member-2', 'member-3', 'member-kopi'].map((id) =>
      memberUpdate(id, member('kopi', 'viewer'), 0),
    ),
    memberUpdate('member-teh', member('teh', 'viewer'), 0),
    memberUpdate('member-platform', member('platform', 'auditor'), 0),
    invitation('invitation-1', 'kopi', now),
    invitation('invitation-2', 'kopi', now),
    invitation('invitation-kopi', 'kopi', now),
    invitation('invitation-teh', 'teh', now),
    invitation('invitation-platform', 'platform', now),
    serviceAccount('sa_onboarding', 'platform'),
    serviceAccount('sa_reports', 'platform'),
    serviceAccount('sa_old', 'platform'),
    serviceAccount('sa_kopi', 'kopi'),
    serviceAccount('sa_teh', 'teh'),
    serviceAccount('sa_platform', 'platform'),
    approval('approval-1', 'platform', REQUESTER, now),
    approval('approval-2', 'platform', REQUESTER, now),
    approval('approval-kopi', 'kopi', REQUESTER, now),
    approval('approval-teh', 'teh', REQUESTER, now),
    approval('approval-platform', 'platform', REQUESTER, now),
  ]
}
