/**
 * @module The catalog of the platform: scopes, APIs and wallets.
 */
import type { TSchema } from 'typebox'
import Type from 'typebox'
import { ApiSchema } from '../../config/schema/apis.ts'
import { closed } from '../../config/schema/fields.ts'
import { ScopeSchema } from '../../config/schema/scopes.ts'
import { WalletSchema } from '../../config/schema/wallets.ts'
import { WalletDocumentSchema } from '../../registry/records/wallet.ts'
import { prepareDeclared } from '../records/declared-record.ts'
import { crudRows, type Resource } from '../records/resource.ts'
import { allRecords } from '../requests/pages.ts'
import { recordBody, recordView } from '../schemas.ts'
import { EXAMPLE_KEYS, EXAMPLE_TEXTS } from './example-values.ts'

function catalogResource<N extends 'scopes' | 'apis' | 'wallets'>(
  resource: Pick<
    Resource<N>,
    'name' | 'param' | 'idMember' | 'label' | 'labels' | 'component' | 'description' | 'examples'
  > & {
    readonly kind: 'scope' | 'api' | 'wallet'
    readonly properties: Readonly<Record<string, TSchema>>
    /** What requests may contain instead. */
    readonly accepted?: Readonly<Record<string, TSchema>>
  },
): Resource<N> {
  const { kind, properties, accepted, ...others } = resource
  return {
    ...others,
    kind,
    path: `/${others.name}`,
    isIdStored: true,
    body: recordBody(`${others.component}Body`, { ...properties, ...accepted }),
    view: recordView(others.component, properties),
    filters: {},
    find: (call, _reach, position) => allRecords(call.ports.store, kind, position),
    links: () => ({}),
    prepare: (call, draft) => prepareDeclared(call, kind, draft),
  }
}

const SCOPE = catalogResource({
  kind: 'scope',
  name: 'scopes',
  param: 'scope',
  idMember: 'scope',
  label: 'scope',
  labels: 'scopes',
  component: 'Scope',
  properties: ScopeSchema.properties,
  description: 'What the platform adds to the standard scopes, or overrides.',
  examples: {
    id: 'LOYALTY_TIER',
    other: 'VISIT_HISTORY',
    removed: 'OLD_SCOPE',
    create: {
      scope: 'VISIT_COUNT',
      fields: ['nickName'],
      texts: EXAMPLE_TEXTS,
    },
    patch: { sensitivity: 'sensitive' },
    replace: {
      scope: 'VISIT_HISTORY',
      fields: ['nickName'],
      texts: EXAMPLE_TEXTS,
    },
  },
})

const API = catalogResource({
  kind: 'api',
  name: 'apis',
  param: 'api',
  idMember: 'name',
  label: 'API',
  labels: 'APIs',
  component: 'Api',
  properties: ApiSchema.properties,
  description: 'APIs of the wallet that the gateway forwards to.',
  examples: {
    id: 'loyalty',
    other: 'history',
    removed: 'old-api',
    create: {
      name: 'visits',
      paths: ['/v1/visits/inquire'],
      upstream: 'http://visits.internal/inquire',
      scopes: ['LOYALTY_TIER'],
    },
    patch: { timeoutSeconds: 3 },
    replace: {
      name: 'history',
      paths: ['/v1/visits/history'],
      upstream: 'http://visits.internal/history',
      scopes: ['VISIT_HISTORY'],
    },
  },
})

const { theme } = WalletSchema.properties
const logo = Type.Optional(
  Type.String({
    pattern: '^sha256-[0-9a-f]{64}$|^data:image/',
    description:
      'The name of an image of the registry, or a `data:` URI with a png, jpeg, webp or svg image of at most 8 KB, which becomes an image of the registry.',
  }),
)

const WALLET = catalogResource({
  kind: 'wallet',
  name: 'wallets',
  param: 'walletId',
  idMember: 'walletId',
  label: 'wallet',
  labels: 'wallets',
  component: 'Wallet',
  properties: WalletDocumentSchema.properties,
  accepted: { theme: Type.Optional(closed({ ...theme.properties, logo })) },
  description: 'The wallets of the platform, with their keys and the themes of their pages.',
  examples: {
    id: 'demo-2',
    other: 'demo-3',
    removed: 'demo-old',
    create: { walletId: 'demo-4', keys: [{ version: 1, publicKey: EXAMPLE_KEYS.fourth }] },
    patch: { theme: { accent: '#1a6b4f' } },
    replace: {
      walletId: 'demo-3',
      name: 'Demo wallet 3',
      keys: [{ version: 1, publicKey: EXAMPLE_KEYS.fifth }],
    },
  },
})

export const CATALOG_ROWS = {
  ...crudRows(SCOPE, 'A new scope needs `texts` in English, and `fields` or an API that it opens.'),
  ...crudRows(API, 'Its paths are those of the gateway. Each path belongs to one API.'),
  ...crudRows(WALLET, 'A wallet that calls the wallet API with its key.'),
}
