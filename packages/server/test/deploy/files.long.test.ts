/**
 * @module The files in `deploy/` run: HAProxy in front of a server denies what it should in every spelling, and its log names no link
 * of a person; the service unit passes the audit of systemd; the alert rules pass their tests.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { freePort } from '../support/command.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const FOLDER = new URL('../../../../deploy/', import.meta.url)
const PATH = `/usr/sbin:${process.env['PATH']}`
/** A part of a link. The log of the load balancer must not have it. */
const SECRET = 'cr_secret-of-a-person'

const folder = mkdtempSync(join(tmpdir(), 'assent-deploy-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(['haproxy/haproxy.cfg', 'haproxy/compose.cfg'])('%s', (name) => {
  let server: TestServer
  let balancer: ChildProcess
  let port: number
  let log = ''

  beforeAll(async () => {
    server = await startTestServer()
    port = await freePort()
    const file = join(folder, 'haproxy.cfg')
    writeFileSync(file, onThisMachine(name, port, new URL(server.url).host))
    balancer = spawn('haproxy', ['-f', file], { env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [balancer.stdout, balancer.stderr])
      stream?.on('data', (chunk: Buffer) => {
        log += chunk
      })
    await vi.waitFor(async () => expect(await statusOf('/oauth2/jwks')).toBe(200), POLL)
  })
  afterAll(async () => {
    const ended = new Promise((resolve) => balancer.once('exit', resolve))
    balancer.kill('SIGKILL')
    await ended
    await server.close()
  })

  const statusOf = (target: string, method = 'GET'): Promise<number> =>
    request(port, target, method).catch(() => 0)

  it.each([
    ...['/readyz', '/%72eadyz', '/readyz?x=1', '/readyz#x', '/readyz%23', 'http://x/readyz'],
    ...['//readyz', '/./readyz', '/a/../readyz', '/readyz/', '/READYZ', 'http://x/%72eadyz'],
    ...['/healthz', '/health%7A', '/metrics', '/%6Detrics', '/metrics#', 'http://x:80/metrics'],
  ])('does not show %s', async (target) => {
    expect([400, 403, 404]).toContain(await statusOf(target))
  })

  it.each([
    `/consent/${SECRET}`,
    `/privacy/open/${SECRET}?timeZone=UTC`,
    `/consent/${SECRET}/done`,
    `/oauth2/authorize?login_hint=${SECRET}`,
    `http://x/consent/${SECRET}`,
    `/consent/${SECRET}#x`,
    `/%63onsent/${SECRET}`,
    `/consent/${SECRET} x`,
    `//${SECRET}`,
    `/${SECRET}\u0001`,
  ])('logs no secret of %j', async (target) => {
    const before = log.length
    await statusOf(target)
    await expect.poll(() => log.length, POLL).toBeGreaterThan(before)
    expect(log).not.toContain(SECRET)
  })

  it('logs method, first folder and status', async () => {
    await statusOf(`/consent/${SECRET}`, 'POST')
    await expect.poll(() => log, POLL).toMatch(/ 40[0-9] .* POST \/consent\n/)
  })
})

it('haproxy.cfg serves the wallet API to the network of the wallet alone, in every spelling', async () => {
  const server = await startTestServer()
  const port = await freePort()
  const file = join(folder, 'network.cfg')
  const text = onThisMachine('haproxy/haproxy.cfg', port, new URL(server.url).host)
  writeFileSync(file, text.replace('127.0.0.0/8', '192.0.2.0/24'))
  const balancer = spawn('haproxy', ['-f', file], { env: { PATH }, stdio: 'ignore' })
  const statusOf = (target: string) => request(port, target, 'POST').catch(() => 0)
  await expect.poll(() => statusOf('/v1/authorizations/applyToken'), POLL).toBe(200)
  const targets = ['/wallet/v1/consult', '/%77allet/v1/consult', '/wallet%2Fv1/consult']
  targets.push('//wallet/v1/consult', '/x/../wallet/v1/consult', '/WALLET/v1/consult')
  for (const target of targets) expect([400, 403, 404]).toContain(await statusOf(target))
  expect(await statusOf('/v1/authorizations/applyToken')).toBe(200)
  balancer.kill('SIGKILL')
  await server.close()
})

it('the service unit has an exposure of at most 2.0', () => {
  const unit = join(folder, 'assent@.service')
  writeFileSync(unit, readFileSync(new URL('systemd/assent@.service', FOLDER)))
  const audit = ['security', '--offline=true', '--threshold=20', unit]
  expect(execFileSync('systemd-analyze', audit, { encoding: 'utf8' })).toMatch(/OK/)
})

it('the alert rules fire and are quiet as their tests say', () => {
  const tests = new URL('prometheus/alerts.test.yaml', FOLDER).pathname
  expect(execFileSync('promtool', ['test', 'rules', tests], { encoding: 'utf8' })).toMatch(
    /SUCCESS/,
  )
})

const POLL = { timeout: 20_000, interval: 50 }

/** The shipped file with this machine's addresses and limits, and without the resolver of Docker. */
function onThisMachine(name: string, port: number, node: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8')
    .replace('maxconn 10000', 'maxconn 1000')
    .replace(/bind \S+/, `bind 127.0.0.1:${port}`)
    .replace(/^ {2}server node1 \S+/m, `  server node1 ${node}`)
    .replace(/^ {2}server node2 .*\n/m, '')
    .replace(/^ {2}server-template .*$/m, `  server node1 ${node}`)
    .replace(/^resolvers docker\n( .*\n)+/m, '')
    .replace(' resolvers docker init-addr none', '')
}

/** Sends a request target unchanged. @returns the status of the response */
function request(port: number, target: string, method: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port })
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1])))
    const head = `${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n`
    socket.write(`${head}Connection: close\r\n\r\n`)
  })
}
