/**
 * @module Starts a PostgreSQL server before the test run and stops it afterwards.
 */
import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../../../tools/postgres.mjs'
import { openConnection } from '../../src/stores/postgres/driver.ts'
import { migrate } from '../../src/stores/postgres/migrate.ts'
import { MIGRATED, waitForDatabase } from './postgres.ts'

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The data outlives processes, not the machine. Otherwise a disk that is busy with other work stops all tests for seconds.
  const server = await startPostgres({ fsync: 'off', full_page_writes: 'off' })
  await waitForDatabase(server.url('postgres'))
  await createTemplate(server.url)
  project.provide('postgres', server.url(''))
  return () => server.stop()
}

/** A database with the current schema. Copying it takes a fraction of the time of the migrations. */
async function createTemplate(url: (database: string) => string): Promise<void> {
  const postgres = openConnection(url('postgres'))
  await postgres.query(`CREATE DATABASE ${MIGRATED}`)
  await postgres.close()
  const template = openConnection(url(MIGRATED))
  await migrate(template)
  await template.close()
}
