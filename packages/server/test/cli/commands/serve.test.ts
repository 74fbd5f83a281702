/**
 * @module `assent serve`: start, restart and stop, in one process and in several.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort, type Installation, install, runCommand, serve } from '../../support/command.ts'
import { createDatabase } from '../../support/postgres.ts'
import { codeFor, inquire, redeem, signedHeaders } from '../../support/server.ts'

let installation: Installation
beforeEach(() => {
  installation = install()
})
afterEach(() => installation.remove())

describe('assent serve', () => {
  it('accepts its tokens after a restart, and exits with 0 on SIGTERM and SIGINT', async () => {
    expect((await runCommand('migrate', '--config', installation.configPath)).output).toContain(
      'is up to date',
    )
    const port = await freePort()
    const first = await serve(installation, port)
    const tokens = await redeem(first, await codeFor(first, ['auth_user']))
    first.child.kill('SIGTERM')
    expect((await first.ended).code).toBe(0)
    const second = await serve(installation, port)
    expect((await inquire(second, tokens['accessToken'])).result.resultCode).toBe('SUCCESS')
    second.child.kill('SIGINT')
    expect((await second.ended).code).toBe(0)
  })

  it('reloads assent.yaml on SIGHUP, and keeps serving when the file is invalid', async () => {
    const server = await serve(installation, await freePort())
    const logged = (text: string) =>
      expect.poll(() => server.output(), { timeout: 60_000 }).toContain(text)
    server.child.kill('SIGHUP')
    await logged('Reloaded assent.yaml.')
    writeFileSync(installation.configPath, 'nonsense: true')
    server.child.kill('SIGHUP')
    await logged('Reloading assent.yaml failed.')
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    server.child.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
  })

  it('waits for a database that does not answer yet, and says for which', async () => {
    const database = await createDatabase()
    const target = new URL(database.url)
    const realPort = Number(target.port)
    let attempts = 0
    const proxy = createServer((socket) => {
      if (attempts++ < 3) return void socket.destroy()
      const upstream = connect(realPort, target.hostname)
      socket.pipe(upstream).pipe(socket)
      for (const side of [socket, upstream]) side.on('error', () => side.destroy())
    })
    const databasePort = await freePort()
    target.port = String(databasePort)
    await new Promise<void>((resolve) => proxy.listen(databasePort, '127.0.0.1', resolve))
    const server = await serve(installation, await freePort(), '--store', target.href)
    expect(server.output()).toContain(
      `Waiting for the database 127.0.0.1:${databasePort}${target.pathname}.`,
    )
    server.child.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
    proxy.close()
    await database.remove()
  })

  it('completes requests in flight before it stops', async () => {
    const server = await serve(installation, await freePort())
    const body = '{"grantType":"AUTHORIZATION_CODE","authCode":"nothing"}'
    const path = '/v1/authorizations/applyToken'
    const { hostname, port } = new URL(server.url)
    const headers = { ...signedHeaders(server.clock, path, body), 'Content-Length': body.length }
    const request = httpRequest({ hostname, port, path, method: 'POST', headers })
    const responded = new Promise<IncomingMessage>((resolve, reject) =>
      request.on('response', resolve).on('error', reject),
    )
    request.write(body.slice(0, 10))
    await new Promise((resolve) => setTimeout(resolve, 100))
    server.child.kill('SIGTERM')
    // It first reports that it is not ready, then closes its port.
    const isReachable = () =>
      fetch(`${server.url}/readyz`).then(
        () => true,
        () => false,
      )
    await expect.poll(isReachable, { timeout: 20_000 }).toBe(false)
    request.end(body.slice(10))
    const response = await responded
    expect(response.statusCode).toBe(200)
    expect(response.headers['signature']).toContain('signature=')
    response.resume()
    expect((await server.ended).code).toBe(0)
  })
})

describe('assent serve --workers', () => {
  it.each(['sqlite', 'postgres'])('reports a port in use and exits with 1 (%s)', async (kind) => {
    const database = kind === 'postgres' ? await createDatabase() : undefined
    const port = await freePort()
    const occupant = createServer()
    await new Promise<void>((resolve) => occupant.listen(port, '127.0.0.1', resolve))
    const flags = ['serve', '--config', installation.configPath, '--port', String(port)]
    const result = await runCommand(...flags, ...(database ? ['--store', database.url] : []))
    expect(result).toMatchObject({
      code: 1,
      output: expect.stringContaining(
        `127.0.0.1:${port} is in use by another process. Stop that process, or choose another port with --port.\n`,
      ),
    })
    expect(result.output).not.toMatch(/^ +at /m)
    occupant.close()
    await database?.remove()
  })

  it('serves one port from several processes, replaces one that is killed, and exits with 0', async () => {
    const database = await createDatabase()
    const server = await serve(
      installation,
      await freePort(),
      '--workers',
      '2',
      '--store',
      database.url,
    )
    for (let round = 0; round < 10; round++) {
      const authCode = await codeFor(server, ['auth_base'])
      const replies = await Promise.all(Array.from({ length: 16 }, () => redeem(server, authCode)))
      const winners = replies.filter(({ result }) => result.resultCode === 'SUCCESS')
      expect(winners).toHaveLength(1)
    }
    const workers = (): number[] =>
      readFileSync(`/proc/${server.child.pid}/task/${server.child.pid}/children`, 'utf8')
        .trim()
        .split(' ')
        .map(Number)
    const [first = 0] = workers()
    expect(workers()).toHaveLength(2)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    process.kill(first, 'SIGKILL')
    await expect.poll(() => workers().filter((pid) => pid !== first).length).toBe(2)
    const tokens = await redeem(server, await codeFor(server, ['auth_user']))
    expect((await inquire(server, tokens['accessToken'])).result.resultCode).toBe('SUCCESS')
    server.child.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
    await database.remove()
  })

  it('needs a PostgreSQL store', async () => {
    const { code, output } = await runCommand(
      'serve',
      '--config',
      installation.configPath,
      '--workers',
      '2',
    )
    expect(output).toContain('SQLite has one serving process')
    expect(code).toBe(2)
  })
})
