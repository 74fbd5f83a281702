/**
 * @module A kind of record as a resource of the API: list, read, create, replace, patch and remove, with the same rules for every kind.
 */
import type { TObject, TSchema } from 'typebox'
import { AdminError } from '../../engine/admin/admin-error.ts'
import type { AdminTarget } from '../../engine/admin/authorize.ts'
import type { AdminOperation } from '../../engine/admin/operations.ts'
import type { Reach } from '../../engine/admin/roles.ts'
import type {
  RecordDocument,
  RecordKind,
  RecordUpdate,
  RegistryRecord,
} from '../../engine/store/registry.ts'
import type { JsonObject } from '../../http/strict-json.ts'
import { type AdminCall, invalidMember, noSuchRecord } from '../call.ts'
import type { Change, Reply } from '../change.ts'
import { mergePatch } from '../requests/merge-patch.ts'
import { type Found, fillPage, type Position, readCursor } from '../requests/pages.ts'
import { requireValid } from '../requests/validation.ts'
import type { ChangeRow, ReadRow, Row } from '../row.ts'
import { pageOf, patchBody, READ_ONLY_NAMES } from '../schemas.ts'
import { API_OWNER, organizationOf } from './record-owners.ts'

/** A record that a request creates or changes. */
export type Draft = {
  readonly id: string
  /** Has passed the schema. Without read-only members. */
  readonly document: RecordDocument
  /** Absent: the record is new. */
  readonly current?: RegistryRecord
}

/** What is written for a draft. `update.follows` is filled in. */
export type Prepared = Pick<Change, 'checks' | 'sequence'> & {
  readonly document: RecordDocument
  readonly update: Omit<RecordUpdate, 'follows'>
  /** Records that it brings with it, such as images. */
  readonly others?: readonly RecordUpdate[]
}

export type Resource<N extends string = string> = {
  readonly kind: RecordKind
  /** The first part of the names of its operations, such as `clients`. */
  readonly name: N
  /** Such as `/clients`. */
  readonly path: string
  /** The member of the path that is the id. */
  readonly param: string
  /** The member of bodies that is the id. */
  readonly idMember: string
  /** Whether documents contain the id. */
  readonly isIdStored: boolean
  /** As a sentence calls one and several of them. */
  readonly label: string
  readonly labels: string
  /** The name of the component, such as `Client`. */
  readonly component: string
  /** With the id. */
  readonly body: TObject
  readonly view: TObject
  readonly description: string
  readonly filters: Readonly<Record<string, TSchema>>
  /** The records of a list after a position. */
  find(call: AdminCall, reach: Reach, position: Position): AsyncIterable<Found>
  /** Whether a list with the filters of the call has the record. */
  isWanted?(call: AdminCall, record: RegistryRecord): boolean
  links(record: RegistryRecord): Readonly<Record<string, string>>
  /** Members that the caller must not see. */
  hiddenMembers?(call: AdminCall): readonly string[]
  /** Checks a draft, and requires the permissions that its content needs. @throws {AdminError} */
  prepare(call: AdminCall, draft: Draft): Promise<Prepared>
  /** Some creations and updates wait for the approval of a second person. */
  readonly needsApproval?: true
  /** As in {@link ChangeRow}. */
  bodyToKeep?(call: AdminCall): JsonObject
  /** What `permit` has to know besides the organization. */
  target?(draft: Pick<Draft, 'id'>): Partial<AdminTarget>
  readonly examples: {
    readonly id: string
    readonly create: JsonObject
    readonly patch: JsonObject
    /** Of the record that is replaced. */
    readonly other: string
    readonly replace: JsonObject
    /** Of the record that is removed. */
    readonly removed: string
  }
}

const WRITE_PROBLEMS = ['invalid', 'not-found', 'other-owner', 'conflict', 'stale'] as const

export function listRow(resource: Resource): ReadRow {
  const { component, path, labels, description, filters, view } = resource
  return {
    id: `list${component}s`,
    method: 'GET',
    path,
    summary: `List ${labels}`,
    description: `${description} In the order of their ids: those that your role reaches.`,
    query: filters,
    isList: true,
    response: pageOf(`${component}Page`, view),
    problems: ['invalid'],
    example: {},
    async read(call) {
      const reach = call.reach()
      const isWanted = (record: RegistryRecord) => resource.isWanted?.(call, record) ?? true
      const found = resource.find(call, reach, readCursor(call))
      const { items, next } = await fillPage(call, reach, found, isWanted)
      return { body: { items: items.map((one) => viewOf(call, resource, one)) }, next }
    },
  }
}

export function readRow(resource: Resource): ReadRow {
  const { component, label, view, examples } = resource
  return {
    id: `get${component}`,
    method: 'GET',
    path: itemPath(resource),
    summary: `Read ${article(label)}`,
    description: `The current version, which is its \`ETag\`.`,
    response: view,
    hasVersion: true,
    problems: ['not-found'],
    example: { path: { [resource.param]: examples.id } },
    async read(call) {
      const record = await requireRecord(call, resource)
      return { body: viewOf(call, resource, record), version: record.version }
    },
  }
}

export function createRow(resource: Resource, about: string): ChangeRow {
  const { component, path, label, body, view, examples } = resource
  return {
    id: `create${component}`,
    method: 'POST',
    path,
    status: 201,
    summary: `Create ${article(label)}`,
    description: about,
    body,
    response: view,
    hasVersion: true,
    problems: ['invalid', 'not-found', 'exists', 'conflict'],
    idMember: resource.idMember,
    ...(resource.needsApproval && { needsApproval: true }),
    ...(resource.bodyToKeep && { bodyToKeep: resource.bodyToKeep }),
    example: { body: examples.create },
    async change(call) {
      const { [resource.idMember]: id, ...members } = withoutReadOnly(call.body)
      const document = resource.isIdStored ? { ...members, [resource.idMember]: id } : members
      return createRecord(call, resource, { id: String(id), document })
    },
  }
}

async function createRecord(call: AdminCall, resource: Resource, draft: Draft): Promise<Change> {
  const { kind } = resource
  const { id, document } = draft
  const { store } = call.ports
  const organization = await organizationOf(store, { kind, id }, document)
  call.permit({ organization, ...resource.target?.(draft) })
  if (await store.readRecord(kind, id))
    throw new AdminError('exists', `There is ${article(resource.label)} with the id ${id}.`)
  const [follows = 0] = await store.readVersions([{ kind, id }])
  const prepared = await resource.prepare(call, draft)
  const change = changeOf(call, resource, prepared, follows)
  return {
    ...change,
    reply: { ...change.reply, location: `${resource.path}/${encodeURIComponent(id)}` },
  }
}

export function updateRows(resource: Resource): readonly [ChangeRow, ChangeRow] {
  const { component, label, body, view, examples } = resource
  const shared = {
    path: itemPath(resource),
    status: 200,
    response: view,
    hasVersion: true,
    problems: WRITE_PROBLEMS,
    ...(resource.needsApproval && { needsApproval: resource.needsApproval }),
    ...(resource.bodyToKeep && { bodyToKeep: resource.bodyToKeep }),
  } as const
  return [
    {
      ...shared,
      id: `patch${component}`,
      method: 'PATCH',
      summary: `Change members of ${article(label)}`,
      description:
        'A JSON Merge Patch (RFC 7396): members that are null are removed, and those that are left out stay.',
      body: patchBody(`${component}Patch`, body.properties),
      example: { path: { [resource.param]: examples.id }, body: examples.patch },
      change: (call) => updateRecord(call, resource, mergePatch),
    },
    {
      ...shared,
      id: `replace${component}`,
      method: 'PUT',
      summary: `Replace ${article(label)}`,
      description: 'The whole record: members that are left out are removed.',
      body,
      example: { path: { [resource.param]: examples.other }, body: examples.replace },
      change: (call) => updateRecord(call, resource, (_current, next) => next),
    },
  ]
}

async function updateRecord(
  call: AdminCall,
  resource: Resource,
  next: (current: JsonObject, body: JsonObject) => JsonObject,
): Promise<Change> {
  const { idMember, isIdStored } = resource
  const current = await requireWritable(call, resource)
  const before = { ...current.document, [idMember]: current.id }
  const after = next(before, withoutReadOnly(call.body))
  requireValid(resource.body, after)
  if ((after[idMember] ?? current.id) !== current.id)
    throw invalidMember(`/${idMember}`, 'cannot change. Create another record.')
  const { [idMember]: _id, ...members } = after
  const document = isIdStored ? { ...members, [idMember]: current.id } : members
  const prepared = await resource.prepare(call, { id: current.id, document, current })
  return changeOf(call, resource, prepared, current.version)
}

export function removeRow(resource: Resource): ChangeRow {
  const { component, label, kind, examples } = resource
  return {
    id: `remove${component}`,
    method: 'DELETE',
    path: itemPath(resource),
    status: 204,
    summary: `Remove ${article(label)}`,
    description:
      'Its versions stay in the change log. What other records point to cannot be removed.',
    problems: WRITE_PROBLEMS,
    example: { path: { [resource.param]: examples.removed } },
    async change(call) {
      const { id, version } = await requireWritable(call, resource)
      const update = { kind, id, follows: version, owner: API_OWNER, references: [] }
      return { updates: [update], reply: {} }
    },
  }
}

/** The record of the path, for a caller who may read it. @throws {AdminError} */
export async function requireRecord(
  call: AdminCall,
  { kind, param, target }: Pick<Resource, 'kind' | 'param' | 'target'>,
): Promise<RegistryRecord> {
  const id = call.param(param)
  const record = await call.ports.store.readRecord(kind, id)
  if (!record) throw noSuchRecord()
  const organization = await organizationOf(call.ports.store, record, record.document)
  call.permit({ organization, ...target?.({ id }) })
  return record
}

/** The same for a caller who changes it: the record belongs to this API, and has the version of `If-Match`. */
export async function requireWritable(
  call: AdminCall,
  resource: Pick<Resource, 'kind' | 'param' | 'target' | 'label'>,
): Promise<RegistryRecord> {
  const record = await requireRecord(call, resource)
  requireOwner(record, resource.label)
  if (call.version !== undefined) requireVersion(record, call.version)
  return record
}

function requireOwner({ id, owner }: RegistryRecord, label: string): void {
  if (owner === API_OWNER) return
  throw new AdminError(
    'other-owner',
    `The ${label} ${id} belongs to ${owner}, and this API changes records of ${API_OWNER}: change it in ${owner}, or remove it there and create it here.`,
  )
}

function requireVersion({ id, version }: RegistryRecord, expected: number): void {
  if (version === expected) return
  throw new AdminError(
    'stale',
    `${id} has the version ${version}, and the request was made from version ${expected}. Read it again.`,
  )
}

/** @param follows the version before the change */
export function changeOf(
  call: AdminCall,
  resource: Resource,
  { document, update, others = [], checks, sequence }: Prepared,
  follows: number,
): Change {
  const record: RegistryRecord = {
    kind: update.kind,
    id: update.id,
    version: follows + 1,
    owner: update.owner,
    document,
    sequence: 0,
  }
  const reply: Reply = { body: viewOf(call, resource, record), version: record.version }
  return {
    updates: [...others, { ...update, follows }],
    ...(checks && { checks }),
    ...(sequence !== undefined && { sequence }),
    reply,
  }
}

/** A record as replies show it. */
export function viewOf(call: AdminCall, resource: Resource, record: RegistryRecord): object {
  const hidden = resource.hiddenMembers?.(call) ?? []
  const shown = Object.entries({ ...record.document, [resource.idMember]: record.id }).filter(
    ([name]) => !hidden.includes(name),
  )
  const self = `/admin/v1${resource.path}/${encodeURIComponent(record.id)}`
  return {
    ...Object.fromEntries(shown),
    version: record.version,
    owner: record.owner,
    links: { self, ...resource.links(record) },
  }
}

function withoutReadOnly(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).filter(([name]) => !READ_ONLY_NAMES.includes(name)),
  )
}

export function itemPath({ path, param }: Pick<Resource, 'path' | 'param'>): string {
  return `${path}/{${param}}`
}

/** @example article('organization') // 'an organization' */
export function article(label: string): string {
  return `${/^[aeiouAEIOU]/.test(label) ? 'an' : 'a'} ${label}`
}

type CrudRows<N extends string> = Readonly<
  Record<
    Extract<AdminOperation, `${N}.${'list' | 'read' | 'create' | 'update' | 'remove'}`>,
    readonly [Row, ...Row[]]
  >
>

/** The rows of a resource that has all of them. @param about what a creation needs and does */
export function crudRows<N extends string>(resource: Resource<N>, about: string): CrudRows<N> {
  return {
    [`${resource.name}.list`]: [listRow(resource)],
    [`${resource.name}.read`]: [readRow(resource)],
    [`${resource.name}.create`]: [createRow(resource, about)],
    [`${resource.name}.update`]: updateRows(resource),
    [`${resource.name}.remove`]: [removeRow(resource)],
  } as CrudRows<N>
}
