/**
 * @module The verifiers in docs/platform-signatures.md, run by Python and Go: they accept the vectors and what a running server sends, in
 * every encoding, and nothing that was changed.
 *
 * Needs `python3` with the package `cryptography`, and `go`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startOutside } from '../support/outside.ts'
import {
  APP_ID,
  call,
  codeFor,
  OTHER_APP_ID,
  startTestServer,
  testConfig,
  USER_ID,
  walletCall,
} from '../support/server.ts'
import { readBlock, readVectors } from './platform-signatures.ts'

type Case = {
  readonly keys: Readonly<Record<string, string>>
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const PYTHON_CALLS = `
import json, sys
print(json.dumps([is_genuine({int(v): k for v, k in c["keys"].items()}, c["path"], c["headers"], c["body"].encode()) for c in json.load(sys.stdin)]))
`

const GO_CALLS = `package main

import (
	"encoding/json"
	"net/http"
	"os"
)

type message struct {
	Keys    map[string]string \`json:"keys"\`
	Path    string            \`json:"path"\`
	Headers map[string]string \`json:"headers"\`
	Body    string            \`json:"body"\`
}

func main() {
	var messages []message
	if err := json.NewDecoder(os.Stdin).Decode(&messages); err != nil {
		panic(err)
	}
	results := []bool{}
	for _, one := range messages {
		header := http.Header{}
		for name, value := range one.Headers {
			header.Set(name, value)
		}
		results = append(results, IsGenuine(one.Keys, one.Path, header, []byte(one.Body)))
	}
	json.NewEncoder(os.Stdout).Encode(results)
}
`

/** Go compiles its standard library the first time. */
const COMPILATION_TIMEOUT_MS = 600_000

let folder: string
let genuine: readonly Case[]
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assent-verifiers-'))
  writeFileSync(join(folder, 'verify.py'), readBlock('python') + PYTHON_CALLS)
  writeFileSync(
    join(folder, 'verify.go'),
    readBlock('go').replace('package assent', 'package main'),
  )
  writeFileSync(join(folder, 'main.go'), GO_CALLS)
  const { publicKeys: keys, vectors } = readVectors()
  const documented = vectors.map(({ path, clientId, requestTime, signature, body }) => ({
    keys,
    path,
    headers: { 'client-id': clientId, 'request-time': requestTime, signature },
    body,
  }))
  genuine = [...documented, ...(await capture())]
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Notifications in both formats and in every encoding, and calls to the user directory. */
async function capture(): Promise<readonly Case[]> {
  const outside = await startOutside()
  const { url } = outside
  const config = testConfig()
  const [first, second] = config.clients
  if (!first || !second) throw new Error('The test configuration has two clients.')
  const server = await startTestServer({
    ...config,
    notifications: { allowPrivateAddresses: true },
    directory: { kind: 'http', url: `${url}/users?v=1`, cacheSeconds: 0 },
    clients: [
      { ...first, notifyUrl: `${url}/assent?shop=1` },
      { ...second, notifyUrl: `${url}/ams`, notifyFormat: 'ams' },
    ],
  })
  for (const encoding of ['percent', 'base64', 'base64url'] as const) {
    await call(server, '/v1/authorizations/query', { accessToken: 'x' }, { encoding })
    for (const [appId, path] of [
      [APP_ID, '/assent?shop=1'],
      [OTHER_APP_ID, '/ams'],
    ] as const) {
      const count = () => outside.received().filter((one) => one.path === path).length
      const before = count()
      await codeFor(server, ['auth_user'], { appId })
      await walletCall(server, 'revoke', { userId: USER_ID, appId })
      await vi.waitFor(() => expect(count() - before).toBe(2), { timeout: 20_000 })
    }
  }
  const { keys } = (await (await fetch(`${server.url}/.well-known/assent/reply-keys`)).json()) as {
    keys: { keyVersion: number; publicKey: string }[]
  }
  await server.close()
  outside.close()
  const published = Object.fromEntries(
    keys.map(({ keyVersion, publicKey }) => [keyVersion, publicKey]),
  )
  return outside.received().map(({ path, headers, body }) => ({
    keys: published,
    path,
    headers: Object.fromEntries(
      ['client-id', 'request-time', 'signature'].map((name) => [name, String(headers[name])]),
    ),
    body,
  }))
}

/** Each case with one thing changed. */
function changed({ keys, path, headers, body }: Case): readonly Case[] {
  const signature = headers['signature'] ?? ''
  const end = signature.length - 20
  const other = signature[end] === 'A' ? 'B' : 'A'
  return [
    { keys, path, headers, body: `${body} ` },
    { keys, path: `${path}x`, headers, body },
    { keys, path, headers: { ...headers, 'client-id': 'other' }, body },
    { keys, path, headers: { ...headers, 'request-time': '2020-01-01T00:00:00+00:00' }, body },
    { keys: {}, path, headers, body },
    { keys, path, headers: { ...headers, signature: 'none' }, body },
    {
      keys,
      path,
      headers: {
        ...headers,
        signature: signature.slice(0, end) + other + signature.slice(end + 1),
      },
      body,
    },
  ]
}

function run(command: string, parameters: readonly string[], cases: readonly Case[]): unknown {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, {
    cwd: folder,
    input: JSON.stringify(cases),
    encoding: 'utf8',
  })
  if (error || status !== 0)
    throw new Error(
      `${command} did not run. Install it (python3 with the package cryptography, go). ${error?.message ?? stderr}`,
    )
  return JSON.parse(stdout)
}

it.each([
  ['python3', ['verify.py']],
  ['go', ['run', 'verify.go', 'main.go']],
] as const)(
  '%s: the documented verifier accepts what the platform sends, and nothing else',
  (command, parameters) => {
    expect(genuine.length).toBeGreaterThan(15)
    const cases = [...genuine, ...genuine.flatMap(changed)]
    const expected = cases.map((_, index) => index < genuine.length)
    expect(run(command, parameters, cases)).toEqual(expected)
  },
  COMPILATION_TIMEOUT_MS,
)
