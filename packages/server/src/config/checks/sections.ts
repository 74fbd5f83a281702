/**
 * @module All checks of the sections that declare records of the registry, in assent.yaml and in registry.yaml.
 */
import type { NodeSettings, Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'
import { checkApis, checkScopesOfApis } from './apis.ts'
import { checkImages } from './images.ts'
import { checkKeys } from './keys.ts'
import { checkLookAlikes, checkUniqueIds } from './names.ts'
import { checkSignatureEncodings } from './notifications.ts'
import { checkOAuthClients, checkTargetsOfOAuthClients } from './oauth-clients.ts'
import { checkRequestTimes } from './request-times.ts'
import { checkPurposes, checkScopeNames, checkScopesExist, checkScopeTexts } from './scopes.ts'
import { checkTexts, type SchemaNode } from './texts.ts'
import { checkThemes } from './themes.ts'
import { checkTokenLifetimes } from './token-lifetimes.ts'
import { checkLinks, checkNotifyUrls, checkOrigins, checkRedirects } from './urls.ts'

type File = YamlFile<Sections>

/**
 * The problems of entries by themselves and of entries with one another.
 * @param folder of the file
 */
export function checkSections(
  file: File,
  folder: string,
  node: NodeSettings,
): readonly ConfigIssue[] {
  return [
    ...checkRedirects(file),
    ...checkUniqueIds(file),
    ...checkRequestTimes(file),
    ...checkScopeNames(file),
    ...checkLinks(file),
    ...checkThemes(file),
    ...checkApis(file),
    ...checkTokenLifetimes(file),
    ...checkOrigins(file),
    ...checkNotifyUrls(file, node),
    ...checkSignatureEncodings(file),
    ...checkOAuthClients(file, node),
    ...checkKeys(file, folder),
  ]
}

/** Whether everything exists that the entries name. The file must declare the whole registry. */
export function checkTargets(file: File): readonly ConfigIssue[] {
  return [
    ...checkScopesExist(file),
    ...checkScopesOfApis(file),
    ...checkTargetsOfOAuthClients(file),
  ]
}

/**
 * The problems of what users see of an entry.
 * @param schema of the file
 * @param running the sections in use, when the file is reloaded
 */
export function checkShownEntries(
  file: File,
  folder: string,
  schema: SchemaNode,
  running?: Pick<Sections, 'wallets' | 'clients'>,
): readonly ConfigIssue[] {
  return [
    ...checkTexts(file, schema),
    ...checkScopeTexts(file),
    ...checkPurposes(file),
    ...checkLookAlikes(file, running),
    ...checkImages(file, folder),
  ]
}
