/**
 * @module Reads the submitted form of the consent prompt.
 */
import type { ConsentDuration, Sheet } from '@assent/protocol'
import { AssentError } from '../../engine/errors.ts'
import { choiceFieldName, isImpliedByAllow, scopeChoices } from './choices.ts'

/** The part of the prompt that the form belongs to. */
type OfferedChoices = Pick<Sheet, 'scopes' | 'lifetimes' | 'lifetime'>

export type Submission =
  | {
      readonly kind: 'decide'
      readonly granted: readonly string[]
      readonly lifetime?: ConsentDuration
    }
  | { readonly kind: 'dismiss' }
  /** The form has no decision, so the prompt is shown again. */
  | { readonly kind: 'incomplete'; readonly isSelectionEmpty: boolean }

export function parseSubmission(form: URLSearchParams, sheet: OfferedChoices): Submission {
  switch (form.get('answer')) {
    case 'decline':
      return { kind: 'decide', granted: [] }
    case 'dismiss':
      return { kind: 'dismiss' }
    case 'allow': {
      const granted = grantedScopes(form, sheet)
      if (granted.length === 0) return { kind: 'incomplete', isSelectionEmpty: true }
      return { kind: 'decide', granted, lifetime: readLifetime(form.get('lifetime'), sheet) }
    }
    default:
      return { kind: 'incomplete', isSelectionEmpty: false }
  }
}

/** The scopes that “allow” implies, and the scopes that were switched on. The engine checks whether they may be granted. */
function grantedScopes(form: URLSearchParams, sheet: OfferedChoices): readonly string[] {
  const choices = scopeChoices(sheet)
  const implied = choices
    .filter((choice) => isImpliedByAllow(choices, choice))
    .map(({ scope, narrower }) => {
      const narrowest = narrower.at(-1) ?? scope
      return form.get(choiceFieldName(scope.scope)) ?? narrowest.scope
    })
  return [...new Set([...implied, ...form.getAll('granted')])]
}

/** @throws {AssentError} `DECISION_INVALID` */
function readLifetime(chosen: string | null, sheet: OfferedChoices): ConsentDuration {
  if (chosen === null) return sheet.lifetime
  const lifetime = sheet.lifetimes.find((offered) => offered === chosen)
  if (!lifetime) throw new AssentError('DECISION_INVALID')
  return lifetime
}
