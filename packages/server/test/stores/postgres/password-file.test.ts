/**
 * @module The password of the database in a file: it is sent as it is in the file now, and a missing file is an error at once.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { openConnection } from '../../../src/stores/postgres/driver.ts'

/** AuthenticationCleartextPassword of the [protocol](https://www.postgresql.org/docs/current/protocol-message-formats.html). */
const ASKS_FOR_PASSWORD = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])
const PASSWORD_MESSAGE = 'p'.charCodeAt(0)

const folder = mkdtempSync(join(tmpdir(), 'assent-password-'))
const file = join(folder, 'password')
const passwords: string[] = []
/** A database that asks for the password, and then closes the connection. */
const database = createServer((socket) => {
  socket.on('error', () => {})
  socket.on('data', (message) => {
    if (message[0] !== PASSWORD_MESSAGE) return socket.write(ASKS_FOR_PASSWORD)
    passwords.push(message.subarray(5, -1).toString())
    return socket.destroy()
  })
})
beforeAll(() => new Promise<void>((resolve) => void database.listen(0, '127.0.0.1', resolve)))
afterEach(() => void vi.unstubAllEnvs())
afterAll(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const open = () =>
  openConnection(`postgres://assent@127.0.0.1:${(database.address() as AddressInfo).port}/assent`)

it('is read again for each connection, without the line end', async () => {
  vi.stubEnv('ASSENT_DATABASE_PASSWORD_FILE', file)
  writeFileSync(file, 'first\n')
  const connection = open()
  await expect(connection.query('SELECT 1')).rejects.toThrow()
  writeFileSync(file, ' second')
  // The circuit breaker sends one call after its pause.
  await vi.waitFor(
    async () => {
      await connection.query('SELECT 1').catch(() => {})
      expect(passwords).toEqual(['first', ' second'])
    },
    { timeout: 5000, interval: 50 },
  )
  await connection.close()
})

it('must exist', () => {
  vi.stubEnv('ASSENT_DATABASE_PASSWORD_FILE', join(folder, 'absent'))
  expect(open).toThrow('cannot be read (ENOENT). Mount the password there.')
})
