/**
 * @module Merchants in other languages: every file and command of docs/merchants-in-other-languages.md, as a reader takes them. Clients in
 * Java, Python and Go are the SDKs of the family, or generated from the contract that the server publishes.
 * `npm run test:foreign-clients -- merchants` runs it. It needs python3 with the package cryptography, a JDK of version 17 or later, mvn, go,
 * php, openssl, and the packages of those languages.
 */
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type CodeBlock, readCodeBlocks } from '../docs/code-blocks.ts'
import { startTrial, type Trial } from '../docs/trial.ts'
import { ROOT } from '../support/compiler.ts'
import { type ClientRun, runClient } from '../support/foreign-host.ts'

const PAGE = 'merchants-in-other-languages.md'
/** Maven, pip and Go fetch packages the first time. */
const PREPARATION_TIMEOUT_MS = 900_000

/** The commands that run a program, by the folder of the program. */
const PROGRAMS: ReadonlyMap<string, CodeBlock> = new Map(
  readCodeBlocks(PAGE, readFileSync(join(ROOT, 'docs', PAGE), 'utf8'))
    .filter(({ code }) => code.includes('AUTH_CODE='))
    .map((block) => [/cd "\$TRIAL\/([^"]+)"/.exec(block.code)?.[1] ?? '', block]),
)

let trial: Trial
beforeAll(async () => {
  trial = await startTrial()
  for (const page of ['set-up/README.md', 'set-up/merchant.md', PAGE]) trial.follow(page)
}, PREPARATION_TIMEOUT_MS)
afterAll(() => trial.close())

/** Runs a program again. @param variables replace those of merchant.env */
function run(
  program: string,
  variables: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<ClientRun> {
  const block = PROGRAMS.get(program)
  if (!block) throw new Error(`${PAGE} does not run ${program}.`)
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`)
  const code = block.code.replace('merchant.env"\n', `merchant.env"\n${exports.join('')}`)
  return runClient(['bash', '-e', '-c', code], trial.folder, {
    TRIAL: trial.folder,
    ...environment,
  })
}

it('has two programs in Java and Python, and one in Go and PHP', () => {
  expect([...PROGRAMS.keys()]).toEqual([
    'java-sdk',
    'java-generated',
    'python-sdk',
    'python-generated',
    'go-generated',
    'php',
  ])
})

it.each([...PROGRAMS.keys()])('%s accepts no reply of another key', async (program) => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const other = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  const { code, lines, errors } = await run(program, { PLATFORM_KEY: other })
  expect(code).not.toBe(0)
  expect(`${lines}${errors}`).toMatch(/signature|verification failed/i)
  expect(`${lines}`).not.toContain('Maria')
})

/** Accepts TLS for the server of the trial, with a certificate in `folder`. */
async function startTls(folder: string): Promise<Server> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', key, '-out', cert]
  const { status, stderr } = spawnSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...files, ...subject],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`openssl failed: ${stderr}`)
  const port = Number(trial.url('7300'))
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
    const upstream = connect(port, '127.0.0.1')
    socket.pipe(upstream).pipe(socket)
    for (const one of [socket, upstream])
      one.on('error', () => {
        socket.destroy()
        upstream.destroy()
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

it('the SDK in Python works with its own transport, over TLS', async () => {
  const folder = join(trial.folder, 'tls')
  mkdirSync(folder)
  const server = await startTls(folder)
  // The SDK connects to port 443 only, which needs a privileged process.
  const { port } = server.address() as AddressInfo
  writeFileSync(
    join(folder, 'sitecustomize.py'),
    `import socket
connect = socket.create_connection
socket.create_connection = lambda address, *more, **names: connect(
    (address[0], ${port}) if address[1] == 443 else address, *more, **names
)
`,
  )
  const variables = { ASSENT_URL: 'https://127.0.0.1' }
  const trusted = { PYTHONPATH: folder, SSL_CERT_FILE: join(folder, 'cert.pem') }
  const { code, lines } = await run('python-sdk', variables, trusted)
  const untrusted = await run('python-sdk', variables, { PYTHONPATH: folder })
  server.close()
  expect({ code, lines }).toEqual({
    code: 0,
    lines: [
      'user info: Maria',
      'refreshed: SUCCESS',
      'an unknown code: INVALID_AUTHCODE',
      'cancelled: SUCCESS',
      'user info: INVALID_ACCESS_TOKEN',
    ],
  })
  expect(untrusted.code).not.toBe(0)
  expect(untrusted.errors).toContain('CERTIFICATE_VERIFY_FAILED')
})
