/**
 * @module Checks of the names in assent.yaml: IDs are unique, and no name can be mistaken for another.
 */
import type { Config } from '../schema.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'

export function checkUniqueIds({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  const apps = value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.map(({ appId }, index) => ({
      id: appId,
      path: ['clients', client, 'miniPrograms', index, 'appId'],
    })),
  )
  const wallets = value.wallets.map(({ walletId }, index) => ({
    id: walletId,
    path: ['wallets', index, 'walletId'],
  }))
  const clients = value.clients.map(({ clientId }, index) => ({
    id: clientId,
    path: ['clients', index, 'clientId'],
  }))
  return [apps, wallets, clients].flatMap((ids) => {
    const seen = new Set<string>()
    return ids.flatMap(({ id, path }) => {
      const isDuplicate = seen.has(id)
      seen.add(id)
      return isDuplicate ? [addIssue(path, `must be unique, but ${id} appears more than once`)] : []
    })
  })
}

/** Users recognize merchants by these names: they contain no invisible characters, and no two mini programs look alike. */
export function checkNames({ value, addIssue }: YamlFile<Config>): readonly ConfigIssue[] {
  const names = value.clients.flatMap(({ name, miniPrograms }, client) => [
    { name, path: ['clients', client, 'name'], isMiniProgram: false },
    ...miniPrograms.map((one, app) => ({
      name: one.name,
      path: ['clients', client, 'miniPrograms', app, 'name'],
      isMiniProgram: true,
    })),
  ])
  const nameBySkeleton = new Map<string, string>()
  return names.flatMap(({ name, path, isMiniProgram }) => {
    if (/\p{C}/u.test(name))
      return [addIssue(path, 'contains control or other invisible characters: remove them')]
    if (!isMiniProgram) return []
    const skeleton = skeletonOf(name)
    const other = nameBySkeleton.get(skeleton)
    nameBySkeleton.set(skeleton, name)
    return other === undefined
      ? []
      : [addIssue(path, `${name} looks like ${other}: choose a name that users cannot confuse`)]
  })
}

/**
 * The letters and digits of a name without case, marks and spaces, and with look-alikes folded together.
 * @see [UTS #39 §4](https://www.unicode.org/reports/tr39/#Confusable_Detection)
 */
function skeletonOf(name: string): string {
  const folded = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}|[^\p{L}\p{N}]/gu, '')
  return [...folded].map((letter) => CONFUSABLES[letter] ?? letter).join('')
}

/** The common Cyrillic and Greek letters that look like Latin ones, and digits that look like letters. */
const CONFUSABLES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...'аеорсухіјѕԁӏвнкмт'].map((letter, n) => [letter, [...'aeopcyxijsdlbhkmt'][n] ?? '']),
  ),
  ...Object.fromEntries([...'αεικνορτυχ'].map((letter, n) => [letter, [...'aeiknoptux'][n] ?? ''])),
  '0': 'o',
  '1': 'l',
  ı: 'i',
}
