/**
 * @module Reads generated users through both directories: no user is unusable for one field, nothing is true of an unknown, and
 * the log names each field once.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { readUsersFile } from '../../src/config/users-file.ts'
import { openFileDirectory } from '../../src/directory/file.ts'
import type { Directory } from '../../src/engine/ports/directory.ts'
import {
  checkUser,
  createTestReader,
  type GeneratedUser,
  generateUsers,
  serveUsers,
  WALLET,
} from '../support/user-records.ts'

const CONCURRENT = 50
/** Bounds the size of a users file. */
const BATCH = 2000

export async function checkThroughFile(count: number, seed: number): Promise<void> {
  const reader = createTestReader()
  const folder = mkdtempSync(join(tmpdir(), 'assent-generated-'))
  const path = join(folder, 'users.yaml')
  for (let start = 0; start < count; start += BATCH) {
    const users = generateUsers(Math.min(BATCH, count - start), seed + start)
    const entries = users.map(({ userId, record }) => ({ ...record, walletId: WALLET, userId }))
    writeFileSync(path, JSON.stringify({ users: entries }))
    await checkAll(openFileDirectory(readUsersFile(path).value.users, reader.read), users)
  }
  rmSync(folder, { recursive: true, force: true })
  expectNamedOnce(reader)
}

export async function checkThroughHttp(count: number, seed: number): Promise<void> {
  const reader = createTestReader()
  for (let start = 0; start < count; start += BATCH) {
    const users = generateUsers(Math.min(BATCH, count - start), seed + start)
    const { directory, close } = await serveUsers(users, reader.read)
    try {
      await checkAll(directory, users)
    } finally {
      close()
    }
  }
  expectNamedOnce(reader)
}

async function checkAll(directory: Directory, users: readonly GeneratedUser[]): Promise<void> {
  for (let start = 0; start < users.length; start += CONCURRENT)
    await Promise.all(
      users.slice(start, start + CONCURRENT).map(async (generated) => {
        const user = await directory.findUser({ walletId: WALLET, userId: generated.userId })
        if (!user) throw new Error(`${generated.userId} was not found`)
        checkUser(generated, user)
      }),
    )
}

function expectNamedOnce({ lines, counts }: ReturnType<typeof createTestReader>): void {
  const named = lines.map(({ field }) => field)
  expect(named).toEqual([...new Set(named)])
  expect([...new Set(counts().map(({ field }) => field))].sort()).toEqual([...named].sort())
  expect(named).toContain('birthDate')
}
