/**
 * Generates the reference page of the admin API from its contract, and a page for each problem.
 *   node tools/admin-api-doc.mjs           writes the files
 *   node tools/admin-api-doc.mjs --check   fails if one is missing or out of date
 */
import { adminApiContract } from '../packages/server/dist/contracts/admin-api.js'
import { PROBLEMS } from '../packages/server/dist/http/admin/problem-table.js'
import { generateFiles } from './generated-files.mjs'

const ISSUER = 'https://auth.wallet.example'

const document = adminApiContract(ISSUER)

function nameOf({ $ref }) {
  return $ref?.split('/').at(-1)
}

function anchor(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}

/** Text within a line. */
function inline(text) {
  return String(text).replaceAll('\n', ' ').replaceAll('<', '&lt;')
}

/** Schemas that allow more values than this are named by their type. */
const MAX_LISTED_VALUES = 24

/** @example typeOf({ type: 'array', items: { type: 'string' } }) // 'list of string' */
function typeOf(schema) {
  const name = nameOf(schema)
  if (name !== undefined) return `[${name}](#${anchor(name)})`
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum && schema.enum.length <= MAX_LISTED_VALUES)
    return schema.enum.map((one) => `\`${one}\``).join(', ')
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`
  const others = valuesOf(schema)
  if (others && Object.keys(others).length > 0) return `object of ${typeOf(others)}`
  return schema.type ?? 'any'
}

/** The schema of the values of an object with any names. */
function valuesOf({ additionalProperties, patternProperties = {} }) {
  const [byPattern] = Object.values(patternProperties)
  return byPattern ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
}

/** What a value has to be besides its type. */
function limitsOf({
  minimum,
  exclusiveMinimum,
  maximum,
  minLength,
  maxLength,
  pattern,
  minItems,
  maxItems,
}) {
  return [
    minimum !== undefined && `At least ${minimum}.`,
    exclusiveMinimum !== undefined && `More than ${exclusiveMinimum}.`,
    maximum !== undefined && `At most ${maximum}.`,
    minLength > 1 && `At least ${minLength} characters.`,
    maxLength !== undefined && `At most ${maxLength} characters.`,
    minItems > 1 && `At least ${minItems} items.`,
    maxItems !== undefined && `At most ${maxItems} items.`,
    pattern !== undefined && `Pattern: \`${pattern}\`.`,
  ].filter(Boolean)
}

function describe(member) {
  const { description = '', readOnly = false } = member
  const limits = limitsOf(member).filter(
    (limit) => !description.toLowerCase().includes(limit.toLowerCase().slice(0, -1)),
  )
  return [description, ...limits, ...(readOnly ? ['Ignored in requests.'] : [])].join(' ')
}

/** A line for a parameter or a member. Lists can be read on a phone, where a table with long texts cannot. */
function lineOf(name, schema, notes, description) {
  const about = [typeOf(schema), ...notes.filter(Boolean)].join(', ')
  return `- \`${name}\` (${inline(about)}): ${inline(description)}`.replace(/: $/, '')
}

/** A line for each member, and for members of members: their names are paths such as `keys[].version`. */
function linesOf({ properties = {}, required = [] }, path = '') {
  return Object.entries(properties).flatMap(([name, member]) => [
    lineOf(path + name, member, [required.includes(name) && 'required'], describe(member)),
    ...innerLinesOf(member, path + name),
  ])
}

function innerLinesOf(schema, path) {
  if (schema.type === 'array') return innerLinesOf(schema.items, `${path}[]`)
  const values = valuesOf(schema)
  if (values) return innerLinesOf(values, `${path}.*`)
  return [schema, ...(schema.anyOf ?? [])].flatMap((one) => linesOf(one, `${path}.`))
}

/** With the parameters that several operations share. */
function parametersOf({ parameters }) {
  return parameters.map((one) => document.components.parameters[nameOf(one)] ?? one)
}

function exampleOf(path, method, operation) {
  const url = parametersOf(operation)
    .filter((one) => one.in === 'path')
    .reduce((text, { name, example }) => text.replace(`{${name}}`, example ?? 'ID'), path)
  const query = parametersOf(operation)
    .filter((one) => one.in === 'query' && one.example !== undefined)
    .map(({ name, example }) => `${name}=${encodeURIComponent(example)}`)
    .join('&')
  const content = Object.entries(operation.requestBody?.content ?? {})[0]
  const lines = [
    `curl -X ${method.toUpperCase()} '${ISSUER}/admin/v1${url}${query === '' ? '' : `?${query}`}'`,
    `-H "Authorization: Bearer $TOKEN"`,
    ...(parametersOf(operation).some(({ name }) => name === 'If-Match')
      ? [`-H 'If-Match: "1"'`]
      : []),
    ...(content?.[1].example
      ? [`-H 'Content-Type: ${content[0]}'`, `-d '${JSON.stringify(content[1].example)}'`]
      : []),
  ]
  return `\`\`\`sh\n${lines.join(' \\\n  ').replaceAll('\\n', '\\n')}\n\`\`\`\n`
}

function responsesOf(operation) {
  return Object.entries(operation.responses)
    .map(([status, response]) => {
      if (Number(status) >= 400) return undefined
      const [content] = Object.values(response.content ?? {})
      const type = content ? `: ${typeOf(content.schema)}` : ''
      return `- ${status}${type}. ${response.description}`
    })
    .filter((line) => line !== undefined)
    .join('\n')
}

function problemStatuses(operation) {
  return Object.keys(operation.responses)
    .filter((status) => Number(status) >= 400)
    .join(', ')
}

function operationSection(path, method, operation) {
  const parameters = parametersOf(operation).filter((one) => one.in !== 'header')
  const lines = parameters.map(({ name, in: place, required, description, schema }) =>
    lineOf(
      name,
      schema,
      [`in the ${place}`, required && 'required'],
      describe({ ...schema, description }),
    ),
  )
  const body = Object.values(operation.requestBody?.content ?? {})[0]
  return `### ${operation.summary}

\`${method.toUpperCase()} ${path}\`

${operation.description.replaceAll('](/docs/', '](../').replaceAll('administrators#', 'administrators.md#')}

${lines.length === 0 ? '' : `Parameters:\n\n${lines.join('\n')}\n\n`}${body ? `The body is ${typeOf(body.schema)}.\n\n` : ''}Replies:

${responsesOf(operation)}
- [Problems](../problems/README.md): ${problemStatuses(operation)}.

${exampleOf(path, method, operation)}`
}

const HEADINGS = { oauthClients: 'OAuth clients', apis: 'APIs' }

/** @example headingOf('serviceAccounts') // 'Service accounts' */
function headingOf(tag) {
  const words = tag.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return HEADINGS[tag] ?? words.slice(0, 1).toUpperCase() + words.slice(1)
}

/** The operations of a tag, as links. */
function operationList(operations) {
  return operations
    .map(
      ({ path, method, operation: { summary } }) =>
        `- \`${method.toUpperCase()} ${path}\`: [${summary}](#${anchor(summary)})`,
    )
    .join('\n')
}

function referencePage() {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const sections = document.tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name))
    return `## ${headingOf(name)}\n\n${description}\n\n${operationList(own)}\n\n${own
      .map(({ path, method, operation }) => operationSection(path, method, operation))
      .join('\n')}`
  })
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `### ${name}\n\n${schema.description ? `${schema.description}\n\n` : ''}${linesOf(schema).join('\n')}\n`,
  )
  return `# Admin API reference

Generated by \`tools/admin-api-doc.mjs\` from the table of operations. The same as OpenAPI 3.1: \`GET /admin/v1/openapi.json\`, and
[admin-api.openapi.json](../contracts/admin-api.openapi.json). How to sign in, versions, pages and errors: [admin-api.md](../admin-api.md).

${document.tags.map(({ name, description }) => `- [${headingOf(name)}](#${anchor(headingOf(name))}): ${description}`).join('\n')}
- [Objects](#objects): the bodies of requests and replies.

All parameters that a request may have besides its own: \`Request-Id\`, and for a \`POST\` \`Idempotency-Key\`. \`PUT\`, \`PATCH\` and \`DELETE\` need
\`If-Match\`.

${sections.join('\n')}
## Objects

${schemas.join('\n')}
`
}

function problemPage(code, { status, title, remedy }) {
  return `# ${code}

Status ${status}. ${title}

**Remedy.** ${remedy}

See [errors of the admin API](../admin-api.md#errors). Generated by \`tools/admin-api-doc.mjs\`.
`
}

function problemIndex() {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title }]) => `| [${code}](${code}.md) | ${status} | ${title} |`,
  )
  return `# Problems of the admin API

The \`type\` of a problem document is the path of one of these pages. Generated by \`tools/admin-api-doc.mjs\`.

| problem | status | |
|---|---|---|
${rows.join('\n')}
`
}

const problemPages = Object.entries(PROBLEMS).map(([code, row]) => [
  `${code}.md`,
  problemPage(code, row),
])
generateFiles('docs/reference/', { 'admin-api.md': referencePage().replaceAll(/\n{3,}/g, '\n\n') })
generateFiles(
  'docs/problems/',
  { 'README.md': problemIndex(), ...Object.fromEntries(problemPages) },
  { isComplete: true },
)
