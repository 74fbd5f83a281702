/**
 * Starts a Redis or Valkey server for tests: in memory, on a free port of 127.0.0.1. It never uses a system service.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const NAMES = ['redis-server', 'valkey-server']

/** @returns the path of the server's executable, or undefined */
export function findRedis() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path))
}

/** Starts the server. It accepts connections when the promise resolves. */
export async function startRedis() {
  const executable = findRedis()
  if (!executable)
    throw new Error(
      'Redis was not found. Run npm test, which installs it as root on Debian or explains how to install it.',
    )
  const port = await freePort()
  const flags = ['--bind', '127.0.0.1', '--port', port, '--save', '', '--appendonly', 'no']
  const server = spawn(executable, flags.map(String), {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  const ready = new Promise((resolve) => {
    server.stdout.on('data', (chunk) => {
      if (String(chunk).includes('Ready to accept connections')) resolve()
    })
  })
  await Promise.race([
    ready,
    ended.then((code) => Promise.reject(new Error(`${executable} ended with the code ${code}.`))),
  ])
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      server.kill('SIGTERM')
      await ended
    },
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
