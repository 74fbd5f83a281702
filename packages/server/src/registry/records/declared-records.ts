/**
 * @module Converts the sections of a file to records.
 */
import { isUrl, MAX_ICON_BYTES, MAX_LOGO_BYTES } from '../../config/appearance/images.ts'
import {
  type ClientEntry,
  isDeclared,
  type MiniProgram,
  type Sections,
  type Wallet,
} from '../../config/sections.ts'
import type { RecordDocument, RecordKey, RecordKind } from '../../engine/store/registry.ts'
import { type TesterNames, toTester } from '../../engine/store/testers.ts'
import {
  ADMINISTRATION_KINDS,
  type AdministrationSections,
  type MemberEntry,
} from './administration-types.ts'
import { type DeclaredImage, declareImage, nameOfImage } from './image.ts'
import { storeKeys } from './public-keys.ts'
import { DECLARED_TYPES } from './record-types.ts'

/** A record as a file declares it. Documents contain what the entry states, without defaults. */
export type DeclaredRecord = RecordKey & { readonly read: () => RecordDocument }

/** The records of each kind in order of their ids. A file says nothing about the kinds that are absent. */
export type DeclaredRecords = ReadonlyMap<RecordKind, readonly DeclaredRecord[]>

/**
 * @param sections have passed all checks
 * @param folder of the file: relative paths of keys and images start there
 * @param names how documents name testers
 * @throws {Error} when a key or an image has changed since it was checked, and cannot be used
 */
export function recordsOf(
  sections: Sections & AdministrationSections,
  folder: string,
  names: TesterNames,
): DeclaredRecords {
  const images = new Map<string, DeclaredImage>()
  const documents = documentsOf(sections, {
    folder,
    names,
    addImage: (image) => images.set(image.id, image),
  })
  const records: readonly DeclaredRecord[] = [
    ...[...images.values()].map((image) => ({ kind: 'image' as const, ...image })),
    ...documents.map(({ kind, id, document }) => ({ kind, id, read: () => document })),
  ]
  const absent = absentKinds(sections)
  const byKind = new Map<RecordKind, DeclaredRecord[]>(
    DECLARED_TYPES.flatMap(({ kind }) => (absent.has(kind) ? [] : [[kind, []]])),
  )
  for (const record of records) byKind.get(record.kind)?.push(record)
  for (const list of byKind.values()) list.sort(byId)
  return byKind
}

/** Administrators also come by sign-ins and invitations, so a file that does not mention them leaves them as they are. */
function absentKinds(sections: AdministrationSections): ReadonlySet<RecordKind> {
  const names = Object.keys(ADMINISTRATION_KINDS) as (keyof AdministrationSections)[]
  return new Set(
    names
      .filter((name) => sections[name] === undefined)
      .flatMap((name) => ADMINISTRATION_KINDS[name]),
  )
}

export function findDeclared(
  declared: DeclaredRecords,
  { kind, id }: RecordKey,
): DeclaredRecord | undefined {
  const list = declared.get(kind) ?? []
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle]?.id ?? '') < id) low = middle + 1
    else high = middle
  }
  return list[low]?.id === id ? list[low] : undefined
}

/** Ids are ASCII: their order is the same by bytes. */
function byId(one: RecordKey, other: RecordKey): number {
  return one.id < other.id ? -1 : 1
}

type Declared = RecordKey & { readonly document: RecordDocument }
type Conversion = {
  readonly folder: string
  readonly names: TesterNames
  readonly addImage: (image: DeclaredImage) => void
}

function documentsOf(
  {
    wallets,
    scopes = [],
    apis = [],
    clients,
    ...administration
  }: Sections & AdministrationSections,
  conversion: Conversion,
): readonly Declared[] {
  return [
    ...scopes.map((document) => ({ kind: 'scope' as const, id: document.scope, document })),
    ...apis.map((document) => ({ kind: 'api' as const, id: document.name, document })),
    ...wallets.map((wallet) => ({
      kind: 'wallet' as const,
      id: wallet.walletId,
      document: walletDocument(wallet, conversion),
    })),
    ...administrationDocuments(administration),
    ...clients.flatMap((client) => documentsOfClient(client, conversion)),
  ]
}

function administrationDocuments({
  organizations = [],
  members = [],
  serviceAccounts = [],
}: AdministrationSections): readonly Declared[] {
  return [
    ...organizations.map(({ id, ...document }) => ({
      kind: 'organization' as const,
      id,
      document,
    })),
    ...members.flatMap(documentsOfMember),
    ...serviceAccounts.map(({ id, ...document }) => ({
      kind: 'serviceAccount' as const,
      id,
      document,
    })),
  ]
}

function documentsOfMember({ id, passkeys = [], ...document }: MemberEntry): readonly Declared[] {
  return [
    { kind: 'member', id, document },
    ...passkeys.map(({ credentialId, publicKey }) => ({
      kind: 'passkey' as const,
      id: credentialId,
      document: { memberId: id, publicKey },
    })),
  ]
}

function walletDocument(wallet: Wallet, { folder, addImage }: Conversion): RecordDocument {
  const { theme, keys } = wallet
  const logo = theme?.logo
  return {
    ...wallet,
    keys: storeKeys(keys, folder),
    ...(theme && logo !== undefined
      ? { theme: { ...theme, logo: storeImage(logo, folder, MAX_LOGO_BYTES, addImage) } }
      : {}),
  }
}

function documentsOfClient(
  { miniPrograms, oauth = [], ...client }: ClientEntry,
  conversion: Conversion,
): readonly Declared[] {
  const { clientId } = client
  const entry = { ...client, miniPrograms }
  const own = isDeclared(entry)
    ? [
        {
          kind: 'client' as const,
          id: clientId,
          document: { ...client, keys: storeKeys(entry.keys, conversion.folder) },
        },
      ]
    : []
  return [
    ...own,
    ...miniPrograms.map((app) => ({
      kind: 'miniProgram' as const,
      id: app.appId,
      document: { ...miniProgramDocument(app, conversion), clientId },
    })),
    ...oauth.map((one) => ({
      kind: 'oauthClient' as const,
      id: one.clientId,
      document: { ...one, merchantId: clientId },
    })),
  ]
}

function miniProgramDocument(
  app: MiniProgram,
  { folder, names, addImage }: Conversion,
): RecordDocument {
  const { icon, testers } = app
  return {
    ...app,
    ...(testers && { testers: [...new Set(testers.map((text) => toTester(names, text)))] }),
    ...(icon !== undefined &&
      !isUrl(icon) && { icon: storeImage(icon, folder, MAX_ICON_BYTES, addImage) }),
  }
}

function storeImage(
  source: string,
  folder: string,
  maxBytes: number,
  add: Conversion['addImage'],
): string {
  const image = declareImage(source, folder, maxBytes)
  add(image)
  return nameOfImage(image)
}
