/**
 * @module A consent prompt that a page has opened, for unit tests.
 */
import type { ConsentDuration } from '@assent/protocol'
import { consult } from '../../src/engine/consent/consult.ts'
import { completeConsent, decideConsent } from '../../src/engine/consent/decide.ts'
import type { RedirectTarget } from '../../src/engine/records.ts'
import { APP_ID, createEngine, type EngineSetup, NOW, type TestEngine } from './engine.ts'
import { USER } from './registry.ts'

export type Prompt = {
  readonly engine: TestEngine
  readonly consentRequestId: string
  readonly sheetHash: string
  readonly decide: (
    granted: readonly string[],
    more?: {
      readonly sheetHash?: string
      readonly lifetime?: ConsentDuration
      readonly now?: number
    },
  ) => Promise<void>
  readonly complete: (more?: {
    readonly user?: typeof USER
    readonly pageInstance?: string
    readonly now?: number
  }) => ReturnType<typeof completeConsent>
}

export type Setup = EngineSetup & {
  readonly scopes?: readonly (
    | string
    | { scope: string; required?: boolean; lifetime?: ConsentDuration }
  )[]
  readonly pageInstance?: string
  readonly guardianId?: string
  readonly redirect?: RedirectTarget
  readonly codeChallenge?: string
}

/** A prompt as a page has opened it. */
export async function openPrompt({
  scopes = ['base', 'name', 'avatar', 'email'],
  pageInstance,
  guardianId,
  redirect,
  codeChallenge,
  ...setup
}: Setup = {}): Promise<Prompt> {
  const engine = createEngine(setup)
  const query = {
    appId: APP_ID,
    scopes: scopes.map((one) => (typeof one === 'string' ? { scope: one } : one)),
    ...(redirect && { redirect }),
    ...(codeChallenge !== undefined && { codeChallenge }),
  }
  const input = {
    user: USER,
    query,
    presence: 'prepared' as const,
    ...(pageInstance !== undefined && { pageInstance }),
    ...(guardianId !== undefined && { guardianId }),
  }
  const result = await consult(engine.ports, input, NOW)
  if (result.kind !== 'consent') throw new Error('No prompt is required.')
  const { consentRequestId, sheetHash } = result
  return {
    engine,
    consentRequestId,
    sheetHash,
    decide: (granted, { now = NOW + 5, ...more } = {}) =>
      decideConsent(engine.ports, { consentRequestId, sheetHash, granted, ...more }, now),
    complete: ({ now = NOW + 6, ...more } = {}) =>
      completeConsent(engine.ports, { consentRequestId, user: USER, ...more }, now),
  }
}
