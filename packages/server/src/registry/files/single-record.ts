/**
 * @module Reads one record as a registry.yaml with this record alone would be read: the same rules, the same texts, and its images as records
 * of their own.
 */
import { checkSections, checkShownEntries } from '../../config/checks/sections.ts'
import { normalizeTexts, type SchemaNode } from '../../config/checks/texts.ts'
import type { NodeSettings, Sections } from '../../config/sections.ts'
import type { YamlFile } from '../../config/yaml.ts'
import type { RecordDocument, RecordKey } from '../../engine/store/registry.ts'
import type { TesterNames } from '../../engine/store/testers.ts'
import { type DeclaredRecords, recordsOf } from '../records/declared-records.ts'
import { imageIdOf } from '../records/image.ts'
import { type OtherRecordsStore, readOthers } from './other-records.ts'
import { createRegistryChecks, type RegistryChecks } from './registry-checks.ts'
import { RegistryFileSchema } from './sections.ts'

export type SingleKind = 'wallet' | 'scope' | 'api' | 'client' | 'miniProgram' | 'oauthClient'

/** @param member a JSON Pointer (RFC 6901) */
export type DocumentIssue = { readonly pointer: string; readonly detail: string }

export type SingleRecord = {
  /** As it is stored. */
  readonly document: RecordDocument
  /** The images that it brings with it. */
  readonly images: readonly { readonly id: string; readonly document: RecordDocument }[]
  readonly declared: DeclaredRecords
}

/** Where the record is in the sections of a file. */
const PLACES: Readonly<
  Record<SingleKind, { readonly path: string; sections(document: RecordDocument): unknown }>
> = {
  wallet: { path: 'wallets/0', sections: (wallet) => ({ wallets: [wallet], clients: [] }) },
  scope: { path: 'scopes/0', sections: (scope) => ({ wallets: [], clients: [], scopes: [scope] }) },
  api: { path: 'apis/0', sections: (api) => ({ wallets: [], clients: [], apis: [api] }) },
  client: {
    path: 'clients/0',
    sections: (client) => ({ wallets: [], clients: [{ ...client, miniPrograms: [] }] }),
  },
  miniProgram: {
    path: 'clients/0/miniPrograms/0',
    sections: ({ clientId, ...app }) => ({
      wallets: [],
      clients: [{ clientId, miniPrograms: [app] }],
    }),
  },
  oauthClient: {
    path: 'clients/0/oauth/0',
    sections: ({ merchantId, ...client }) => ({
      wallets: [],
      clients: [{ clientId: merchantId, miniPrograms: [], oauth: [client] }],
    }),
  },
}

/** No path of a record is relative to a folder. */
const NO_FOLDER = '/'

/**
 * @param document has passed the schema of its kind
 * @param node the settings that the rules depend on
 * @param names how documents name testers
 */
export function readSingleRecord(
  kind: SingleKind,
  document: RecordDocument,
  node: NodeSettings,
  names: TesterNames,
): SingleRecord | readonly DocumentIssue[] {
  const { path, sections } = PLACES[kind]
  const value = sections(withoutStoredImages(document)) as Sections
  const file: YamlFile<Sections> = {
    value,
    addIssue: (at, message) => ({ line: 1, column: 1, path: at.join('/'), message }),
  }
  const schema = RegistryFileSchema as SchemaNode
  const issues = [
    ...checkSections(file, NO_FOLDER, node),
    ...checkShownEntries(file, NO_FOLDER, schema),
  ]
  if (issues.length > 0)
    return issues.map((issue) => ({
      pointer: issue.path.startsWith(path) ? issue.path.slice(path.length) : '',
      detail: issue.message,
    }))
  const declared = recordsOf(normalizeTexts(value, schema), NO_FOLDER, names)
  const [own] = declared.get(kind) ?? []
  return {
    document: { ...own?.read(), ...storedImagesOf(document, own?.read() ?? {}) },
    images: (declared.get('image') ?? []).map(({ id, read }) => ({ id, document: read() })),
    declared,
  }
}

type WithImages = {
  readonly icon?: string
  readonly theme?: RecordDocument & { readonly logo?: string }
}

/** An image of the registry was checked when it was stored. */
function withoutStoredImages(document: RecordDocument): RecordDocument {
  const { icon, theme, ...others } = document as RecordDocument & WithImages
  const { logo, ...members } = theme ?? {}
  return {
    ...others,
    ...(icon !== undefined && imageIdOf(icon) === undefined && { icon }),
    ...(theme && {
      theme: { ...members, ...(logo !== undefined && imageIdOf(logo) === undefined && { logo }) },
    }),
  }
}

function storedImagesOf(document: RecordDocument, read: RecordDocument): RecordDocument {
  const { icon, theme } = document as WithImages
  return {
    ...(imageIdOf(icon) !== undefined && { icon }),
    ...(imageIdOf(theme?.logo) !== undefined && {
      theme: { ...(read as WithImages).theme, logo: theme?.logo },
    }),
  }
}

/** The rules of the whole registry, with the records that this one is compared with. */
export async function checksOf(
  store: OtherRecordsStore,
  key: RecordKey,
  { document, declared }: Pick<SingleRecord, 'document' | 'declared'>,
): Promise<RegistryChecks> {
  const checks = createRegistryChecks(declared)
  const changed = [{ ...key, read: () => document }]
  for await (const record of readOthers(store, { created: [], changed }))
    if (record.kind !== key.kind || record.id !== key.id) checks.addOther(record)
  return checks
}
