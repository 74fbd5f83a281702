/**
 * @module Mini programs and their testers.
 */
import Type from 'typebox'
import { closed } from '../../config/schema/fields.ts'
import { AdminError } from '../../engine/admin/admin-error.ts'
import { widestReach } from '../../engine/admin/authorize.ts'
import type { RegistryRecord } from '../../engine/store/registry.ts'
import { toTester } from '../../engine/store/testers.ts'
import {
  type MiniProgramDocument,
  MiniProgramDocumentSchema,
} from '../../registry/records/mini-program.ts'
import { type AdminCall, invalidMember } from '../call.ts'
import type { Change, Reply } from '../change.ts'
import { prepareDeclared, requirePlatformMembers } from '../records/declared-record.ts'
import { organizationOfClient } from '../records/record-owners.ts'
import {
  changeOf,
  crudRows,
  type Resource,
  requireRecord,
  requireWritable,
} from '../records/resource.ts'
import { allRecords, recordsOfOrganization, recordsWith } from '../requests/pages.ts'
import type { RowsOf } from '../row.ts'
import { recordBody, recordView } from '../schemas.ts'
import { organizationFilter, ownOrganization } from './members.ts'

/** What the platform decides after it has reviewed a mini program. */
const PLATFORM_MEMBERS = ['verified', 'state'] as const

export const clientFilter = {
  ...organizationFilter,
  clientId: Type.Optional(
    Type.String({ maxLength: 128, description: 'Only those of this client.' }),
  ),
}

/** Records that belong to a client: those of the filter, those of the own organization, or all. */
export function ofClients(kind: 'miniProgram' | 'oauthClient'): Resource['find'] {
  return (call, reach, position) => {
    const { clientId, organization = ownOrganization(call, reach) } = call.query
    const { store } = call.ports
    if (clientId !== undefined)
      return recordsWith(store, kind, { name: 'client', value: String(clientId) }, position)
    return organization === undefined
      ? allRecords(store, kind, position)
      : recordsOfOrganization(store, kind, String(organization), position)
  }
}

const icon = Type.Optional(
  Type.String({
    pattern: '^sha256-[0-9a-f]{64}$|^https://|^data:image/',
    description:
      'An https URL, the name of an image of the registry, or a `data:` URI with a png, jpeg, webp or svg image of at most 256 KB, which becomes an image of the registry.',
  }),
)
const { properties } = MiniProgramDocumentSchema
const testers = Type.Optional(
  Type.Array(Type.String({ pattern: '^[^/]+/.+$' }), {
    maxItems: 100,
    description:
      'The users who can use it before it is verified, each as WALLET/USER. They are stored, and shown, by pseudonyms: `WALLET/tester:…`.',
  }),
)

const MINI_PROGRAM: Resource<'miniPrograms'> = {
  kind: 'miniProgram',
  name: 'miniPrograms',
  path: '/mini-programs',
  param: 'appId',
  idMember: 'appId',
  isIdStored: true,
  label: 'mini program',
  labels: 'mini programs',
  component: 'MiniProgram',
  body: recordBody('MiniProgramBody', { ...properties, icon, testers }),
  view: recordView('MiniProgram', {
    ...properties,
    testers: Type.Optional(properties.testers),
  }),
  description: 'Mini programs of merchants.',
  filters: clientFilter,
  find: ofClients('miniProgram'),
  isWanted: ({ query: { organization, clientId } }, { document }) =>
    organization === undefined || clientId === undefined || document['clientId'] === clientId,
  links: ({ id, document }) => ({
    client: `/admin/v1/clients/${document['clientId']}`,
    testers: `/admin/v1/mini-programs/${id}/testers`,
  }),
  hiddenMembers: ({ principal }) =>
    widestReach(principal, 'testers.list') === 'none' ? ['testers'] : [],
  needsApproval: true,
  bodyToKeep({ body, ports }) {
    const named = body['testers']
    if (!Array.isArray(named)) return body
    return { ...body, testers: named.map((text) => toTester(ports.store, String(text))) }
  },
  async prepare(call, draft) {
    requirePlatformMembers(call, PLATFORM_MEMBERS, draft)
    const { clientId } = draft.document as MiniProgramDocument
    call.permit({
      organization: await organizationOfClient(call.ports.store, clientId),
      restrictedScopes: addedRestrictedScopes(call, draft),
    })
    return prepareDeclared(call, 'miniProgram', draft)
  },
  examples: {
    id: 'kopi-app',
    other: 'teh-app',
    removed: 'teh-old-app',
    create: {
      appId: 'kopi-rewards',
      clientId: 'kopi-house',
      name: 'Kopi Rewards',
      domains: ['https://rewards.kopi.example'],
      scopes: ['auth_user'],
    },
    patch: { policyUrl: 'https://kopi.example/privacy' },
    replace: {
      appId: 'teh-app',
      clientId: 'teh-house',
      name: 'Teh Tarik To Go',
      domains: ['https://app.teh.example'],
      scopes: ['auth_base'],
    },
  },
}

function addedRestrictedScopes(
  { live }: AdminCall,
  { document, current }: Parameters<Resource['prepare']>[1],
): readonly string[] {
  const before: readonly string[] =
    (current?.document as MiniProgramDocument | undefined)?.scopes ?? []
  const { scopes } = live.current().registry
  return (document as MiniProgramDocument).scopes.filter(
    (scope) => !before.includes(scope) && scopes.get(scope)?.sensitivity === 'restricted',
  )
}

const walletId = Type.String({ pattern: '^[^/]+$', maxLength: 64, description: 'The wallet.' })
const userId = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'The id of the user in the wallet.',
})
const TESTER_BODY = closed({ walletId, userId }, { title: 'TesterBody' })
const TESTER = closed(
  {
    walletId,
    tester: Type.String({
      description: 'A keyed pseudonym of the user, `tester:…`. The registry never contains the id.',
    }),
  },
  { title: 'Tester' },
)
const TESTER_LIST = closed({ items: Type.Array(TESTER) }, { title: 'TesterList' })

function testersOf({ document }: RegistryRecord): readonly string[] {
  return (document as MiniProgramDocument).testers ?? []
}

function viewOfTester(text: string): object {
  const slash = text.indexOf('/')
  return { walletId: text.slice(0, slash), tester: text.slice(slash + 1) }
}

async function changeTesters(
  call: AdminCall,
  current: RegistryRecord,
  testers: readonly string[],
  reply: Reply,
): Promise<Change> {
  const { testers: _former, ...others } = current.document as MiniProgramDocument
  const document = testers.length === 0 ? others : { ...others, testers }
  const draft = { id: current.id, document, current }
  const prepared = await prepareDeclared(call, 'miniProgram', draft)
  const change = changeOf(call, MINI_PROGRAM, prepared, current.version)
  return { ...change, reply: { ...reply, version: current.version + 1 } }
}

const path = '/mini-programs/{appId}/testers'
/** As the schema of mini programs. */
const MAX_TESTERS = 100

type MiniProgramOperation =
  | 'miniPrograms.list'
  | 'miniPrograms.read'
  | 'miniPrograms.create'
  | 'miniPrograms.update'
  | 'miniPrograms.remove'
  | 'testers.list'
  | 'testers.create'
  | 'testers.remove'

export const MINI_PROGRAM_ROWS: RowsOf<MiniProgramOperation> = {
  ...crudRows(
    MINI_PROGRAM,
    'Only its testers can use it until the platform sets `verified`. A restricted scope needs the approval of a second person.',
  ),
  'testers.list': [
    {
      id: 'listTesters',
      method: 'GET',
      path,
      summary: 'List the testers of a mini program',
      description:
        'Users who can use it before it is verified. Records outlive users, so they have pseudonyms: the ids are in the systems that added them.',
      response: TESTER_LIST,
      hasVersion: true,
      problems: ['not-found'],
      example: { path: { appId: 'kopi-app' } },
      async read(call) {
        const app = await requireRecord(call, MINI_PROGRAM)
        return { body: { items: testersOf(app).map(viewOfTester) }, version: app.version }
      },
    },
  ],
  'testers.create': [
    {
      id: 'addTester',
      method: 'POST',
      path,
      status: 201,
      summary: 'Add a tester to a mini program',
      description: 'At most 100. A tester who is in the list already stays.',
      body: TESTER_BODY,
      response: TESTER,
      hasVersion: true,
      problems: ['invalid', 'not-found', 'other-owner', 'conflict'],
      example: { path: { appId: 'kopi-app' }, body: { walletId: 'demo-2', userId: 'dewi' } },
      async change(call) {
        const app = await requireWritable(call, MINI_PROGRAM)
        const tester = toTester(call.ports.store, `${call.body['walletId']}/${call.body['userId']}`)
        const testers = [...new Set([...testersOf(app), tester])]
        if (testers.length > MAX_TESTERS)
          throw invalidMember(
            '',
            `is one too many: a mini program has at most ${MAX_TESTERS} testers.`,
          )
        return changeTesters(call, app, testers, {
          body: viewOfTester(tester),
          location: `/mini-programs/${app.id}/testers`,
        })
      },
    },
  ],
  'testers.remove': [
    {
      id: 'removeTester',
      method: 'DELETE',
      path: `${path}/{walletId}/{userId}`,
      status: 204,
      summary: 'Remove a tester of a mini program',
      description:
        'The user can no longer use a mini program that is not verified. `userId` is the id, or the pseudonym of the list.',
      problems: ['not-found', 'other-owner', 'conflict', 'stale'],
      example: { path: { appId: 'kopi-app', walletId: 'demo-2', userId: 'budi' } },
      async change(call) {
        const app = await requireWritable(call, MINI_PROGRAM)
        const named = `${call.param('walletId')}/${call.param('userId')}`
        const tester = toTester(call.ports.store, named)
        const testers = testersOf(app).filter((one) => one !== tester)
        if (testers.length === testersOf(app).length)
          throw new AdminError('not-found', `This user is no tester of ${app.id}.`)
        return changeTesters(call, app, testers, {})
      },
    },
  ],
}
