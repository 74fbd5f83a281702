/**
 * @module A store for commands, which wait for a database that does not respond for a moment. A change of 100,000 records makes thousands of
 * calls, and none of them can be left out. A node does not wait: its callers are answered.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GrantStore } from '../engine/store/grants.ts'
import type { RegistryStore } from '../engine/store/registry.ts'
import { StoreUnavailableError } from '../engine/store/store.ts'

type CommandStore = RegistryStore & Pick<GrantStore, 'internClient'>

/** The waits between attempts. */
const DELAYS_MS = [500, 1000, 2000, 4000]

/** To repeat one of these calls has no further effect. */
const REPEATABLE = [
  'readRecord',
  'readRecords',
  'readVersions',
  'listRecords',
  'findRecords',
  'findRecordsOfAny',
  'stageRecords',
  'readStagedDigests',
  'findProblems',
  'commitChange',
  'discardStaged',
  'readHead',
  'readRegistryChanges',
  'internClient',
] as const satisfies readonly (keyof CommandStore)[]

/** @returns the same store, whose calls for the registry are repeated when the database does not respond */
export function createPatientStore<S extends CommandStore>(store: S): S {
  const calls = REPEATABLE.map((name) => [name, patient(store[name] as Call)])
  return { ...store, ...Object.fromEntries(calls) }
}

type Call = (...parameters: readonly unknown[]) => Promise<unknown>

function patient(call: Call): Call {
  return async (...parameters) => {
    for (const delay of DELAYS_MS) {
      try {
        return await call(...parameters)
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error
        await sleep(delay)
      }
    }
    return call(...parameters)
  }
}
