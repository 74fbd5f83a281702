/**
 * @module The choices of a consent prompt: one per scope, together with the narrower alternatives to it. The page and the
 * handler of its form both use this, so that they agree on the names of the fields.
 */
import type { Sheet, SheetScope } from '@assent/protocol'

/** A scope of the prompt, and its narrower alternatives from wide to narrow. */
export type ScopeChoice = { readonly scope: SheetScope; readonly narrower: readonly SheetScope[] }

export function scopeChoices({ scopes }: Pick<Sheet, 'scopes'>): readonly ScopeChoice[] {
  return scopes
    .filter(({ insteadOf }) => insteadOf === undefined)
    .map((scope) => ({
      scope,
      narrower: scopes.filter(({ insteadOf }) => insteadOf === scope.scope),
    }))
}

/** Whether “allow” alone grants this choice, without a switch: it is required, or the prompt has no other choice. */
export function isImpliedByAllow(choices: readonly ScopeChoice[], { scope }: ScopeChoice): boolean {
  return scope.required || choices.length === 1
}

/** The name of the form field that selects between a required scope and its alternatives. */
export function choiceFieldName(scope: string): string {
  return `choice:${scope}`
}
