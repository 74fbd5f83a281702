/**
 * @module Schemas that several resources share. A schema with a `title` is a component of the OpenAPI document.
 */
import Type, { type TObject, type TSchema } from 'typebox'
import { closed, dictionary } from '../config/schema/fields.ts'

export const time: TSchema = Type.Integer({ minimum: 0, description: 'Epoch seconds.' })

export const reason: TSchema = Type.String({
  minLength: 1,
  maxLength: 256,
  // Spaces alone are no reason.
  pattern: '\\S',
  description: 'Why. It is recorded in the change log, without names of users.',
})

/** Members of every record that the server sets. Requests may contain them, and they are ignored. */
const READ_ONLY_MEMBERS = {
  version: Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    readOnly: true,
    description: 'The version of the record.',
  }),
  owner: Type.String({
    readOnly: true,
    description: 'Who may change it: registry (this API), or the file that declares it.',
  }),
  links: dictionary(Type.String(), {
    readOnly: true,
    description: 'Related resources.',
  }),
}

export const READ_ONLY_NAMES: readonly string[] = Object.keys(READ_ONLY_MEMBERS)

type Properties = Readonly<Record<string, TSchema>>

/** A record as replies show it. */
export function recordView(title: string, properties: Properties): TObject {
  return closed({ ...properties, ...READ_ONLY_MEMBERS }, { title })
}

/** The body of a request that creates or replaces a record. */
export function recordBody(title: string, properties: Properties): TObject {
  const ignored = Object.fromEntries(
    Object.entries(READ_ONLY_MEMBERS).map(([name, schema]) => [name, Type.Optional(schema)]),
  )
  return closed({ ...properties, ...ignored }, { title })
}

/** The body of a merge patch: each member may be left out, and null removes it. */
export function patchBody(title: string, properties: Properties): TObject {
  const members = Object.entries({ ...properties, ...READ_ONLY_MEMBERS }).map(([name, schema]) => [
    name,
    Type.Optional(Type.Union([patchMember(schema), Type.Null()])),
  ])
  return closed(Object.fromEntries(members), { title, minProperties: 1 })
}

/** An object is merged with the stored one, so it may lack members. The result is validated. */
function patchMember(schema: TSchema): TSchema {
  const { type, description } = schema as { readonly type?: string; readonly description?: string }
  return type === 'object'
    ? dictionary(Type.Unknown(), description === undefined ? {} : { description })
    : schema
}

/** A page of a list. */
export function pageOf(title: string, item: TSchema): TObject {
  return closed(
    {
      items: Type.Array(item),
      next: Type.Optional(Type.String({ description: 'The cursor of the next page.' })),
    },
    { title },
  )
}

export const MemberIssueSchema: TSchema = closed(
  {
    pointer: Type.String({ description: 'A JSON Pointer (RFC 6901).' }),
    detail: Type.String(),
  },
  { title: 'MemberIssue' },
)

export const ProblemSchema: TSchema = closed(
  {
    type: Type.String({ description: 'The page that explains the problem. Programs compare it.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong with this request, and what to do.' }),
    errors: Type.Optional(Type.Array(MemberIssueSchema)),
  },
  { title: 'Problem' },
)

export const FieldChangeSchema: TSchema = closed(
  {
    path: Type.String({ description: 'The member, such as purposes.PAYMENT.en.' }),
    before: Type.Optional(Type.String({ description: 'JSON. Absent: the member is new.' })),
    after: Type.Optional(Type.String({ description: 'JSON. Absent: the member was removed.' })),
  },
  { title: 'FieldChange' },
)

export const RecordChangeSchema: TSchema = closed(
  {
    kind: Type.String(),
    id: Type.String(),
    version: Type.Integer({ minimum: 1 }),
    action: Type.Unsafe<string>({ type: 'string', enum: ['created', 'changed', 'removed'] }),
    fields: Type.Array(FieldChangeSchema),
  },
  { title: 'RecordChange' },
)

export const DryRunSchema: TSchema = closed(
  {
    dryRun: Type.Literal(true),
    needsApproval: Type.Boolean({
      description: 'Whether a second person would have to approve it.',
    }),
    changes: Type.Array(RecordChangeSchema),
  },
  { title: 'DryRun' },
)

export const PendingApprovalSchema: TSchema = closed(
  {
    id: Type.String({ description: 'Of the approval.' }),
    operation: Type.String(),
    organization: Type.String(),
    reason: Type.String(),
    requestedBy: Type.String(),
    requestedAt: time,
    expiresAt: time,
    state: Type.Literal('pending'),
    confirmation: Type.Optional(
      Type.String({
        description:
          'Of a request that names a user: give it to the second person. It is not stored.',
      }),
    ),
  },
  { title: 'PendingApproval' },
)
