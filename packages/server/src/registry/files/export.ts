/**
 * @module Writes the records of the registry as registry.yaml. The same records are always the same bytes: entries in order of their ids,
 * members in the order of the schema, keys and images inline.
 */
import type { TSchema } from 'typebox'
import { stringify } from 'yaml'
import { memberSchema, type SchemaNode } from '../../config/checks/texts.ts'
import { ApiSchema } from '../../config/schema/apis.ts'
import { ScopeSchema } from '../../config/schema/scopes.ts'
import { WalletSchema } from '../../config/schema/wallets.ts'
import type { RecordDocument, RegistryRecord, RegistryStore } from '../../engine/store/registry.ts'
import { findAll, listAll } from '../current-records.ts'
import { imageIdOf, toDataUri } from '../records/image.ts'
import {
  MemberEntrySchema,
  OrganizationEntrySchema,
  ServiceAccountEntrySchema,
} from './administration.ts'
import { ClientEntrySchema } from './sections.ts'

export type ExportStore = Pick<RegistryStore, 'readRecord' | 'listRecords' | 'findRecords'>

/**
 * @param owner whose records are written; `undefined`: all of them
 * @returns the text of the file, in parts of one entry
 */
export async function* exportRegistry(
  store: ExportStore,
  owner: string | undefined,
): AsyncGenerator<string> {
  const sections = [
    ['wallets', entriesOf(store, 'wallet', WalletSchema, owner)],
    ['scopes', entriesOf(store, 'scope', ScopeSchema, owner)],
    ['apis', entriesOf(store, 'api', ApiSchema, owner)],
    ['organizations', entriesWithId(store, 'organization', OrganizationEntrySchema, owner)],
    ['members', memberEntries(store, owner)],
    ['serviceAccounts', entriesWithId(store, 'serviceAccount', ServiceAccountEntrySchema, owner)],
    ['clients', clientEntries(store, owner)],
  ] as const
  let isEmpty = true
  for (const [name, entries] of sections) {
    let isFirst = true
    for await (const entry of entries) {
      if (isFirst) yield `${name}:\n`
      yield toYaml(entry)
      isFirst = false
      isEmpty = false
    }
  }
  if (isEmpty) yield '{}\n'
}

/** An item of a list. */
function toYaml(entry: object): string {
  return stringify([entry], { lineWidth: 0, aliasDuplicateObjects: false })
}

async function* entriesOf(
  store: ExportStore,
  kind: 'wallet' | 'scope' | 'api',
  schema: TSchema,
  owner: string | undefined,
): AsyncGenerator<object> {
  for await (const record of listAll(store, kind))
    if (isOf(owner, record))
      yield inSchemaOrder(schema, await withImages(store, record.document)) as object
}

/** Documents of administrators do not contain their ids. */
async function* entriesWithId(
  store: ExportStore,
  kind: 'organization' | 'serviceAccount',
  schema: TSchema,
  owner: string | undefined,
): AsyncGenerator<object> {
  for await (const record of listAll(store, kind))
    if (isOf(owner, record))
      yield inSchemaOrder(schema, { id: record.id, ...record.document }) as object
}

async function* memberEntries(
  store: ExportStore,
  owner: string | undefined,
): AsyncGenerator<object> {
  for await (const member of listAll(store, 'member')) {
    if (!isOf(owner, member)) continue
    const passkeys: object[] = []
    for await (const passkey of findAll(store, 'passkey', { name: 'member', value: member.id }))
      passkeys.push({ credentialId: passkey.id, publicKey: passkey.document['publicKey'] })
    const entry = { id: member.id, ...member.document, ...(passkeys.length > 0 && { passkeys }) }
    yield inSchemaOrder(MemberEntrySchema, entry) as object
  }
}

/** Also the clients of other owners that have mini programs or OAuth clients of this one: then only those. */
async function* clientEntries(
  store: ExportStore,
  owner: string | undefined,
): AsyncGenerator<object> {
  for await (const client of listAll(store, 'client')) {
    const isOwn = isOf(owner, client)
    const reference = { name: 'client', value: client.id }
    const miniPrograms: RecordDocument[] = []
    for await (const app of findAll(store, 'miniProgram', reference))
      if (isOf(owner, app)) miniPrograms.push(await miniProgramEntry(store, app))
    const oauth: RecordDocument[] = []
    for await (const one of findAll(store, 'oauthClient', reference))
      if (isOf(owner, one)) oauth.push(oauthEntry(one))
    if (!isOwn && miniPrograms.length + oauth.length === 0) continue
    const entry = {
      ...(isOwn ? client.document : { clientId: client.id }),
      miniPrograms,
      ...(oauth.length > 0 && { oauth }),
    }
    yield inSchemaOrder(ClientEntrySchema, entry) as object
  }
}

function isOf(owner: string | undefined, record: RegistryRecord): boolean {
  return owner === undefined || record.owner === owner
}

async function miniProgramEntry(
  store: ExportStore,
  { document }: RegistryRecord,
): Promise<RecordDocument> {
  const { clientId: _clientId, ...entry } = document
  return withImages(store, entry)
}

function oauthEntry({ document }: RegistryRecord): RecordDocument {
  const { merchantId: _merchantId, ...entry } = document
  return entry
}

async function withImages(store: ExportStore, document: RecordDocument): Promise<RecordDocument> {
  const { icon, theme } = document as {
    readonly icon?: string
    readonly theme?: RecordDocument & { readonly logo?: string }
  }
  return {
    ...document,
    ...(icon !== undefined && { icon: await inlineImage(store, icon) }),
    ...(theme?.logo !== undefined && {
      theme: { ...theme, logo: await inlineImage(store, theme.logo) },
    }),
  }
}

/** @throws {Error} when the image is not in the registry */
async function inlineImage(store: ExportStore, name: string): Promise<string> {
  const id = imageIdOf(name)
  if (id === undefined) return name
  const image = await store.readRecord('image', id)
  if (!image)
    throw new Error(
      `The image ${id} is missing in the registry, or was changed in the database. Run assent audit verify.`,
    )
  return toDataUri(image.document)
}

/** Members that the schema does not name are sorted by their names. */
function inSchemaOrder(schema: SchemaNode | TSchema, value: unknown): unknown {
  const node = schema as SchemaNode
  const { properties = {}, items = {} } = node
  if (Array.isArray(value)) return value.map((item) => inSchemaOrder(items, item))
  if (typeof value !== 'object' || value === null) return value
  const declared = Object.keys(properties)
  const names = Object.keys(value)
  const ordered = [
    ...declared.filter((name) => names.includes(name)),
    ...names.filter((name) => !declared.includes(name)).sort(),
  ]
  return Object.fromEntries(
    ordered.map((name) => [
      name,
      inSchemaOrder(memberSchema(node, name), (value as Record<string, unknown>)[name]),
    ]),
  )
}
