/**
 * @module Clients: the merchants that call the merchant API, and their keys by version.
 */
import Type from 'typebox'
import { closed, KEY_STATES, oneOf } from '../../config/schema/fields.ts'
import { AdminError } from '../../engine/admin/admin-error.ts'
import type { RegistryRecord } from '../../engine/store/registry.ts'
import { type ClientDocument, ClientDocumentSchema } from '../../registry/records/client.ts'
import {
  isActiveKey,
  type StoredKey,
  StoredKeysSchema,
} from '../../registry/records/public-keys.ts'
import type { AdminCall } from '../call.ts'
import type { Change, Reply } from '../change.ts'
import { prepareDeclared, requirePlatformMembers } from '../records/declared-record.ts'
import { NO_ORGANIZATION } from '../records/record-owners.ts'
import {
  changeOf,
  crudRows,
  type Resource,
  requireRecord,
  requireWritable,
} from '../records/resource.ts'
import type { RowsOf } from '../row.ts'
import { recordBody, recordView } from '../schemas.ts'
import { EXAMPLE_KEYS } from './example-values.ts'
import { ofOrganization, organizationFilter } from './members.ts'

/** Members that say who a merchant is to the platform, or weaken the protection of its users. */
const PLATFORM_MEMBERS = ['organization', 'state', 'insecureAllowReplay'] as const

const CLIENT: Resource<'clients'> = {
  kind: 'client',
  name: 'clients',
  path: '/clients',
  param: 'clientId',
  idMember: 'clientId',
  isIdStored: true,
  label: 'client',
  labels: 'clients',
  component: 'Client',
  body: recordBody('ClientBody', ClientDocumentSchema.properties),
  view: recordView('Client', ClientDocumentSchema.properties),
  description: 'Merchants that call the merchant API.',
  filters: organizationFilter,
  find: ofOrganization('client'),
  links: ({ id }) => ({
    keys: `/admin/v1/clients/${id}/keys`,
    miniPrograms: `/admin/v1/mini-programs?clientId=${id}`,
    oauthClients: `/admin/v1/oauth-clients?clientId=${id}`,
    events: `/admin/v1/clients/${id}/events`,
  }),
  async prepare(call, draft) {
    requirePlatformMembers(call, PLATFORM_MEMBERS, draft)
    call.permit({ organization: String(draft.document['organization'] ?? NO_ORGANIZATION) })
    return prepareDeclared(call, 'client', draft)
  },
  examples: {
    id: 'kopi-house',
    other: 'teh-house',
    removed: 'prata-house',
    create: {
      clientId: 'roti-corner',
      name: 'Roti Corner',
      organization: 'kopi',
      keys: [{ version: 1, publicKey: EXAMPLE_KEYS.first }],
    },
    patch: { notifyUrl: 'https://kopi.example/assent/notify' },
    replace: {
      clientId: 'teh-house',
      name: 'Teh Tarik House',
      keys: [{ version: 1, publicKey: EXAMPLE_KEYS.second }],
    },
  },
}

const { version, publicKey } = StoredKeysSchema.items.properties
const KEY_BODY = closed(
  {
    version,
    publicKey,
    state: Type.Optional(oneOf(KEY_STATES, 'ANNOUNCED: known, and not used yet. Default ACTIVE.')),
  },
  { title: 'KeyBody' },
)
const KEY_VIEW = closed({ version, publicKey, state: oneOf(KEY_STATES) }, { title: 'Key' })
const KEY_PATCH = closed(
  { state: oneOf(KEY_STATES, 'ACTIVE begins to use the key, RETIRED ends it.') },
  { title: 'KeyPatch' },
)
const KEY_LIST = closed({ items: Type.Array(KEY_VIEW) }, { title: 'KeyList' })

function viewOfKey({ state = 'ACTIVE', ...key }: StoredKey): object {
  return { ...key, state }
}

function keysOf({ document }: RegistryRecord): readonly StoredKey[] {
  return (document as ClientDocument).keys
}

/** @throws {AdminError} `not-found` */
function requireKey(call: AdminCall, record: RegistryRecord): StoredKey {
  const wanted = Number(call.param('version'))
  const key = keysOf(record).find((one) => one.version === wanted)
  if (!key) throw new AdminError('not-found', `${record.id} has no key with this version.`)
  return key
}

async function changeKeys(
  call: AdminCall,
  current: RegistryRecord,
  keys: readonly StoredKey[],
  reply: Reply,
): Promise<Change> {
  if (!keys.some(isActiveKey))
    throw new AdminError(
      'conflict',
      'The client would have no active key. Activate another key first. For a stolen key, use POST /emergencies/key-thefts.',
    )
  const document = { ...current.document, keys }
  const prepared = await prepareDeclared(call, 'client', { id: current.id, document, current })
  const change = changeOf(call, CLIENT, prepared, current.version)
  return { ...change, reply: { ...reply, version: current.version + 1 } }
}

const path = '/clients/{clientId}/keys'
const keyPath = `${path}/{version}`
const KEY_EXAMPLE = { clientId: 'kopi-house', version: '2' }

type ClientOperation =
  | 'clients.list'
  | 'clients.read'
  | 'clients.create'
  | 'clients.update'
  | 'clients.remove'
  | 'keys.list'
  | 'keys.read'
  | 'keys.create'
  | 'keys.update'
  | 'keys.remove'

export const CLIENT_ROWS: RowsOf<ClientOperation> = {
  ...crudRows(
    CLIENT,
    'A merchant with at least one public key. `organization` says whose members may manage it.',
  ),
  'keys.list': [
    {
      id: 'listClientKeys',
      method: 'GET',
      path,
      summary: 'List the keys of a client',
      description: 'All versions with their states. The `ETag` is that of the client.',
      response: KEY_LIST,
      hasVersion: true,
      problems: ['not-found'],
      example: { path: { clientId: 'kopi-house' } },
      async read(call) {
        const client = await requireRecord(call, CLIENT)
        return { body: { items: keysOf(client).map(viewOfKey) }, version: client.version }
      },
    },
  ],
  'keys.read': [
    {
      id: 'getClientKey',
      method: 'GET',
      path: keyPath,
      summary: 'Read a key of a client',
      description: 'The `ETag` is that of the client.',
      response: KEY_VIEW,
      hasVersion: true,
      problems: ['not-found'],
      example: { path: { clientId: 'kopi-house', version: '1' } },
      async read(call) {
        const client = await requireRecord(call, CLIENT)
        return { body: viewOfKey(requireKey(call, client)), version: client.version }
      },
    },
  ],
  'keys.create': [
    {
      id: 'addClientKey',
      method: 'POST',
      path,
      status: 201,
      summary: 'Add a key to a client',
      description:
        'Announce it, activate it, let the merchant sign with it, and retire the former one: then no request fails. An announced key verifies nothing yet. Each key belongs to one party.',
      body: KEY_BODY,
      response: KEY_VIEW,
      hasVersion: true,
      problems: ['invalid', 'not-found', 'exists', 'other-owner', 'conflict'],
      example: {
        path: { clientId: 'kopi-house' },
        body: { version: 3, publicKey: EXAMPLE_KEYS.third, state: 'ANNOUNCED' },
      },
      async change(call) {
        const client = await requireWritable(call, CLIENT)
        const key = call.body as unknown as StoredKey
        const keys = keysOf(client)
        if (keys.some((one) => one.version === key.version))
          throw new AdminError('exists', `${client.id} has a key with the version ${key.version}.`)
        const location = `/clients/${client.id}/keys/${key.version}`
        return changeKeys(call, client, [...keys, key], { body: viewOfKey(key), location })
      },
    },
  ],
  'keys.update': [
    {
      id: 'setClientKeyState',
      method: 'PATCH',
      path: keyPath,
      status: 200,
      summary: 'Activate or retire a key of a client',
      description: 'It is in force on every node within a second.',
      body: KEY_PATCH,
      response: KEY_VIEW,
      hasVersion: true,
      problems: ['invalid', 'not-found', 'other-owner', 'conflict', 'stale'],
      example: { path: KEY_EXAMPLE, body: { state: 'ACTIVE' } },
      async change(call) {
        const client = await requireWritable(call, CLIENT)
        const key = requireKey(call, client)
        const next = { ...key, state: call.body['state'] as NonNullable<StoredKey['state']> }
        const keys = keysOf(client).map((one) => (one === key ? next : one))
        return changeKeys(call, client, keys, { body: viewOfKey(next) })
      },
    },
  ],
  'keys.remove': [
    {
      id: 'removeClientKey',
      method: 'DELETE',
      path: keyPath,
      status: 204,
      summary: 'Remove a key of a client',
      description: 'A retired key that nobody signs with any more.',
      problems: ['not-found', 'other-owner', 'conflict', 'stale'],
      example: { path: KEY_EXAMPLE },
      async change(call) {
        const client = await requireWritable(call, CLIENT)
        const key = requireKey(call, client)
        const keys = keysOf(client).filter((one) => one !== key)
        return changeKeys(call, client, keys, {})
      },
    },
  ],
}
