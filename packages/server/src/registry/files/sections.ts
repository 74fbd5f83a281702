/**
 * @module Reads registry.yaml: the sections of assent.yaml that declare records, and those about administrators. Each is optional.
 */
import { dirname, resolve } from 'node:path'
import Type, { type Static, type TSchema } from 'typebox'
import { checkSections, checkShownEntries } from '../../config/checks/sections.ts'
import { normalizeTexts, type SchemaNode } from '../../config/checks/texts.ts'
import { ApiSchema, ApisSchema } from '../../config/schema/apis.ts'
import { ClientSchema, ClientsSchema } from '../../config/schema/clients.ts'
import { closed } from '../../config/schema/fields.ts'
import { ScopeSchema, ScopesSchema } from '../../config/schema/scopes.ts'
import { WalletSchema, WalletsSchema } from '../../config/schema/wallets.ts'
import { isDeclared, type NodeSettings, type Sections } from '../../config/sections.ts'
import { ConfigError, type ConfigIssue, readYamlFile, type YamlFile } from '../../config/yaml.ts'
import type { AdministrationSections } from '../records/administration-types.ts'
import { REGISTRY_MEMBERS } from '../records/client.ts'
import { ADMINISTRATION_SCHEMAS, checkAdministration } from './administration.ts'

/** A client, or only the mini programs and OAuth clients of one that is declared elsewhere. */
const { clientId, miniPrograms, name, keys, ...others } = ClientSchema.properties
export const ClientEntrySchema = closed({
  clientId,
  name: Type.Optional(name),
  keys: Type.Optional(keys),
  ...REGISTRY_MEMBERS,
  ...others,
  miniPrograms: Type.Optional(miniPrograms),
})

/** The description of the same section of assent.yaml. */
function describedAs(section: TSchema): { readonly description?: string } {
  const { description } = section as { readonly description?: string }
  return description === undefined ? {} : { description }
}

export const RegistryFileSchema = closed(
  {
    wallets: Type.Optional(Type.Array(WalletSchema, describedAs(WalletsSchema))),
    scopes: Type.Optional(Type.Array(ScopeSchema, describedAs(ScopesSchema))),
    apis: Type.Optional(Type.Array(ApiSchema, describedAs(ApisSchema))),
    ...ADMINISTRATION_SCHEMAS,
    clients: Type.Optional(Type.Array(ClientEntrySchema, describedAs(ClientsSchema))),
  },
  { title: 'registry.yaml' },
)

type RegistryFile = Static<typeof RegistryFileSchema>

export type RegistrySections = Sections & AdministrationSections

/** Enough for 100,000 mini programs of 30,000 merchants. */
const MAX_FILE_BYTES = 256 * 1024 * 1024

/**
 * @param node the settings that the rules depend on
 * @returns the sections, and the folder in which relative paths of keys and images start
 * @throws {ConfigError} with every problem of the file
 */
export function readRegistryFile(
  path: string,
  node: NodeSettings,
): { readonly sections: RegistrySections; readonly folder: string } {
  const { value, addIssue } = readYamlFile(path, RegistryFileSchema, MAX_FILE_BYTES)
  const file: YamlFile<RegistrySections> = { value: toSections(value), addIssue }
  const schema = RegistryFileSchema as SchemaNode
  const folder = dirname(resolve(path))
  const issues = [
    ...checkClientEntries(value, addIssue),
    ...checkSections(file, folder, node),
    ...checkAdministration(file),
    ...checkShownEntries(file, folder, schema),
  ]
  if (issues.length > 0) throw new ConfigError(path, issues)
  return { sections: normalizeTexts(file.value, schema), folder }
}

function toSections({ wallets = [], clients = [], ...others }: RegistryFile): RegistrySections {
  return {
    wallets,
    clients: clients.map((client) => ({ miniPrograms: [], ...client })),
    ...others,
  }
}

/** The members of an entry that declares no client. */
const MEMBERS_OF_OTHERS = ['clientId', 'miniPrograms', 'oauth']

function checkClientEntries(
  { clients = [] }: RegistryFile,
  addIssue: YamlFile<unknown>['addIssue'],
): readonly ConfigIssue[] {
  return clients.flatMap((client, index) => {
    const isOfOther = Object.keys(client).every((member) => MEMBERS_OF_OTHERS.includes(member))
    if (isOfOther || isDeclared({ miniPrograms: [], ...client })) return []
    return [
      addIssue(
        ['clients', index],
        'needs name and keys. For mini programs of a client that is declared elsewhere, leave out everything else than clientId, miniPrograms and oauth',
      ),
    ]
  })
}
