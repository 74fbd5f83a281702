/**
 * @module Starts a PostgreSQL server before the test run and stops it afterwards.
 */
import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../../../tools/postgres.mjs'
import { waitForDatabase } from './postgres.ts'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The data outlives processes, not the machine. Otherwise a disk that is busy with other work stops all tests for seconds.
  const server = await startPostgres({ fsync: 'off', full_page_writes: 'off' })
  await waitForDatabase(server.url('postgres'))
  project.provide('postgres', server.url(''))
  return () => server.stop()
}
