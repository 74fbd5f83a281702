/**
 * @module Checks of scopes and purposes: every scope exists, and every text exists in every language, in plain words.
 */
import { LOCALES } from '../../engine/consent/prompt.ts'
import { MAX_SCOPE_TEXT_LENGTH, PLATFORM_SCOPES } from '../../engine/registry.ts'
import { STANDARD_SCOPES } from '../../engine/standard-scopes.ts'
import type { Sections } from '../sections.ts'
import type { ConfigIssue, YamlFile } from '../yaml.ts'
import { issuesOfText } from './plain-language.ts'

type File = YamlFile<Sections>

const STANDARD_NAMES: ReadonlySet<string> = new Set(STANDARD_SCOPES.map(({ scope }) => scope))

/** Whether users can understand the texts of the scopes. */
export function checkScopeTexts(file: File): readonly ConfigIssue[] {
  return [...checkScopeLocales(file), ...checkPlainLanguage(file)]
}

export function checkScopesExist({ value, addIssue }: File): readonly ConfigIssue[] {
  const known = new Set([...STANDARD_NAMES, ...(value.scopes ?? []).map(({ scope }) => scope)])
  return value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.flatMap(({ scopes }, app) =>
      scopes.flatMap((scope, index) => {
        if (known.has(scope)) return []
        const path = ['clients', client, 'miniPrograms', app, 'scopes', index]
        return [
          addIssue(path, `is the unknown scope ${scope}: declare it in scopes or correct its name`),
        ]
      }),
    ),
  )
}

/** Clients may request all scopes at once, and the metadata lists them. */
export function checkScopeNames({ value, addIssue }: File): readonly ConfigIssue[] {
  const own = (value.scopes ?? []).map(({ scope }) => scope)
  const text = [...new Set([...STANDARD_NAMES, ...own, ...PLATFORM_SCOPES])].join(' ')
  return text.length <= MAX_SCOPE_TEXT_LENGTH
    ? []
    : [
        addIssue(
          ['scopes'],
          `have names of ${text.length} characters together with the standard ones, but at most ${MAX_SCOPE_TEXT_LENGTH} are possible: shorten or remove some`,
        ),
      ]
}

/** Standard scopes bring their own texts; scopes of the operator need them. */
function checkScopeLocales({ value, addIssue }: File): readonly ConfigIssue[] {
  return (value.scopes ?? []).flatMap(({ scope, texts }, index) => {
    const missing = LOCALES.filter((locale) => !STANDARD_NAMES.has(scope) && !texts?.[locale])
    return missing.length > 0
      ? [addIssue(['scopes', index], `needs texts in ${missing.join(', ')}`)]
      : []
  })
}

function checkPlainLanguage({ value, addIssue }: File): readonly ConfigIssue[] {
  return (value.scopes ?? []).flatMap(({ texts = {} }, index) =>
    LOCALES.flatMap((locale) =>
      Object.entries(texts[locale] ?? {}).flatMap(([name, text]) =>
        issuesOfText(text, locale).map((message) =>
          addIssue(['scopes', index, 'texts', locale, name], message),
        ),
      ),
    ),
  )
}

/** A purpose belongs to a scope that the mini program may request. */
export function checkPurposes({ value, addIssue }: File): readonly ConfigIssue[] {
  return value.clients.flatMap(({ miniPrograms }, client) =>
    miniPrograms.flatMap(({ scopes, purposes = {} }, app) =>
      Object.entries(purposes).flatMap(([scope, texts]) => {
        const path = ['clients', client, 'miniPrograms', app, 'purposes', scope]
        if (!scopes.includes(scope))
          return [
            addIssue(path, `belongs to ${scope}, which is not among the mini program's scopes`),
          ]
        const missing = LOCALES.filter((locale) => !texts[locale])
        return [
          ...(missing.length > 0 ? [addIssue(path, `needs texts in ${missing.join(', ')}`)] : []),
          ...LOCALES.flatMap((locale) =>
            issuesOfText(texts[locale] ?? 'missing', locale).map((message) =>
              addIssue([...path, locale], message),
            ),
          ),
        ]
      }),
    ),
  )
}
