/**
 * @module The files in `deploy/` match the server: its port, command and drain time, and they are hardened.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { readVersion } from '../../src/package-root.ts'

const FOLDER = new URL('../../../../deploy/', import.meta.url)
const PORT = 7300
const MAX_DRAIN_SECONDS = 5
const MAX_REQUEST_SECONDS = 10

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8')
}

describe('the deployment files', () => {
  it('start two nodes with Compose after the database is healthy, with enough time to drain', () => {
    const { services } = parse(read('compose.yaml'))
    expect(services.assent.deploy.replicas).toBe(2)
    expect(services.assent.depends_on.postgres.condition).toBe('service_healthy')
    expect(Number.parseInt(services.assent.stop_grace_period, 10)).toBeGreaterThan(
      MAX_DRAIN_SECONDS + MAX_REQUEST_SECONDS,
    )
  })

  it('give the containers of Compose no rights, no writable disk and no secret in the environment', () => {
    const { services, secrets } = parse(read('compose.yaml')) as {
      services: Record<string, Record<string, unknown>>
      secrets: Record<string, { file: string }>
    }
    for (const [name, service] of Object.entries(services)) {
      expect([name, service]).toMatchObject([
        name,
        { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] },
      ])
      expect(service['image']).toMatch(/^[\w/]+:\d+\.\d+[\w.-]*$/)
      for (const secret of (service['secrets'] ?? []) as string[])
        expect(Object.keys(secrets)).toContain(secret)
      for (const [variable, value] of Object.entries(service['environment'] ?? {}))
        if (/PASSWORD|KEY/.test(variable)) expect(value).toMatch(/^\/run\/secrets\//)
    }
  })

  it('build the image from the lock file, on a pinned base, for a user who is not root', () => {
    const lines = read('Dockerfile')
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
    const of = (name: string) => lines.filter((line) => line.startsWith(`${name} `))
    expect(of('ARG')[0]).toMatch(/^ARG NODE_IMAGE=node:\d+\.\d+\.\d+-[\w-]+$/)
    expect(of('FROM').every((line) => /^FROM \$\{NODE_IMAGE\}/.test(line))).toBe(true)
    expect(of('RUN').join(' ')).not.toMatch(/npm (install|i) |curl|wget|apt|sudo/)
    expect(of('RUN').filter((line) => line.includes('npm ci'))).toHaveLength(2)
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
    expect(last.filter((line) => /^(RUN|ADD) /.test(line))).toEqual([])
    expect(of('USER')).toEqual(['USER 1000:1000'])
    // Exec forms, which need no shell.
    for (const line of [...of('ENTRYPOINT'), ...of('CMD')]) expect(line).toMatch(/^\w+ \[".*"\]$/)
    expect(of('HEALTHCHECK')[0]).toMatch(/ CMD \["node", /)
    expect(of('LABEL')[0]).toMatch(/org\.opencontainers\.image\.version=/)
    expect(of('ARG').join(' ')).toContain(`VERSION=${readVersion()}`)
  })

  it('configure Patroni to acknowledge writes only with a standby, and to replace a lost primary within 30 s', () => {
    const { dcs } = parse(read('ha/patroni.yaml')).bootstrap
    expect(dcs).toMatchObject({ synchronous_mode: true, synchronous_mode_strict: true })
    expect(dcs.postgresql.parameters.synchronous_commit).toBe('on')
    expect(dcs.loop_wait + 2 * dcs.retry_timeout).toBeLessThanOrEqual(dcs.ttl)
    expect(dcs.ttl + 2 * dcs.loop_wait).toBeLessThan(30)
    expect(read('ha/haproxy.cfg')).toMatch(/on-marked-down shutdown-sessions$/m)
  })

  it.each(['haproxy/haproxy.cfg', 'haproxy/compose.cfg'])(
    '%s checks /readyz, retries only failed connections, and hides probes',
    (name) => {
      const text = read(name)
      expect(text).toMatch(/option httpchk GET \/readyz/)
      expect(text).toMatch(/retry-on conn-failure$/m)
      expect(text).toMatch(/http-request deny if \{ path \/healthz \/readyz \}/)
    },
  )

  it('run `assent serve` with systemd and in the image', () => {
    expect(read('systemd/assent@.service')).toMatch(
      /ExecStart=\S+\/assent serve --config \S+ --port %i/,
    )
    expect(read('Dockerfile')).toMatch(/CMD \["serve", "--config", /)
    expect(read('Dockerfile')).toMatch(new RegExp(`EXPOSE ${PORT}`))
  })

  it('agree with the documents on the user, the folders and the options of the unit', () => {
    const unit = read('systemd/assent@.service')
    const documented = /^## With systemd$([\s\S]*?)^## /m.exec(read('README.md'))?.[1] ?? ''
    const setting = (name: string): string =>
      new RegExp(`^${name}=-?(.*)$`, 'm').exec(unit)?.[1] ?? `${name} is missing`
    const [command = '', ...options] = setting('ExecStart').split(' ')
    const state = `/var/lib/${setting('StateDirectory')}`
    const [, configFile = ''] = /--config (\S+)/.exec(setting('ExecStart')) ?? []
    expect(documented).toMatch(
      new RegExp(`^useradd --system --home-dir ${state} .* ${setting('User')}$`, 'm'),
    )
    expect(setting('Group')).toBe(setting('User'))
    expect(documented).toContain(`--prefix ${command.replace('/node_modules/.bin/assent', '')} `)
    expect(configFile).toBe(`${setting('WorkingDirectory')}/assent.yaml`)
    expect(documented).toContain(`install -m 0644 assent.yaml ${setting('WorkingDirectory')}/`)
    // The file with the password is for root alone. The service reads it through systemd.
    expect(documented).toContain(`install -m 0600 /dev/null ${setting('EnvironmentFile')} `)
    expect(documented).toContain('PGPASSWORD=')
    expect(documented).toContain(`keys: ${state}/keys`)
    expect(documented).toContain(`store: sqlite:${state}/assent.db`)
    expect([setting('ProtectSystem'), setting('StateDirectoryMode')]).toEqual(['strict', '0700'])
    const known = COMMANDS.flatMap(({ name, options: own }) =>
      name === 'serve' ? Object.keys(own) : [],
    )
    const used = options.flatMap((word) => /^--([\w-]+)/.exec(word)?.[1] ?? [])
    expect(used.filter((name) => !known.includes(name))).toEqual([])
    expect(used).toEqual(['config', 'port', 'metrics-port'])
  })

  it('set the same valid V8 options in NODE_OPTIONS everywhere', () => {
    const files = [
      'systemd/assent@.service',
      'Dockerfile',
      'compose.yaml',
      'helm/assent/values.yaml',
    ]
    const options = files.map((name) => /NODE_?OPTIONS\W+(--[\w=-]+)/i.exec(read(name))?.[1])
    expect(new Set(options)).toEqual(new Set(['--max-semi-space-size=32']))
    const env = { ...process.env, NODE_OPTIONS: options[0] }
    const heap = execFileSync(process.execPath, ['-p', 'v8.getHeapStatistics().heap_size_limit'], {
      env,
      encoding: 'utf8',
    })
    expect(Number(heap)).toBeGreaterThan(0)
  })
})
