/**
 * @module Starts a PostgreSQL server before the test run and stops it afterwards.
 */
import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../../../tools/postgres.mjs'
import { waitForDatabase } from './postgres.ts'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  await waitForDatabase(server.url('postgres'))
  project.provide('postgres', server.url(''))
  return () => server.stop()
}
