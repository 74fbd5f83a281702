/**
 * @module The JSON Schema of assent.yaml. It validates the file, derives its type, and ships as assent.schema.json.
 */
import Type, { type Static } from 'typebox'
import { AdministratorsSchema } from './schema/administrators.ts'
import { ApisSchema } from './schema/apis.ts'
import { ClientsSchema } from './schema/clients.ts'
import { DirectorySchema } from './schema/directory.ts'
import { RELOADABLE_KEYWORD } from './schema/fields.ts'
import { NODE_OPTIONS } from './schema/node.ts'
import { OAuthServerSchema } from './schema/oauth-clients.ts'
import { ConsentDurationsSchema, ScopesSchema } from './schema/scopes.ts'
import { WalletsSchema } from './schema/wallets.ts'

export const ConfigSchema = Type.Object(
  {
    ...NODE_OPTIONS,
    administrators: Type.Optional(AdministratorsSchema),
    oauth: Type.Optional(OAuthServerSchema),
    directory: DirectorySchema,
    scopes: Type.Optional(ScopesSchema),
    consentDurations: Type.Optional(ConsentDurationsSchema),
    apis: Type.Optional(ApisSchema),
    wallets: Type.Optional(WalletsSchema),
    clients: Type.Optional(ClientsSchema),
  },
  { additionalProperties: false, title: 'assent.yaml' },
)

type ConfigContent = Static<typeof ConfigSchema>

/** The content of a file. A section that it leaves out is empty: its records are in the registry. */
export type Config = ConfigContent & Required<Pick<ConfigContent, 'wallets' | 'clients'>>

/** The sections that a running node applies when the file changes, as the schema marks them. */
export const RELOADABLE_SECTIONS: ReadonlySet<string> = new Set(
  Object.entries(ConfigSchema.properties)
    .filter(([, section]) => RELOADABLE_KEYWORD in section)
    .map(([name]) => name),
)
