/**
 * @module The command `assent verify-request`.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Installation, install, runCommand } from '../../support/command.ts'
import { signedHeaders } from '../../support/server.ts'

let installation: Installation
beforeEach(() => {
  installation = install()
})
afterEach(() => installation.remove())

describe('assent verify-request', () => {
  it('reports the error and the first byte that differs', async () => {
    const path = '/v1/authorizations/applyToken'
    const body = '{"grantType": "AUTHORIZATION_CODE"}'
    const clock = { now: Math.floor(Date.now() / 1000) }
    const headers = signedHeaders(clock, path, JSON.stringify(JSON.parse(body)))
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    const file = join(installation.folder, 'request.txt')
    writeFileSync(file, [`POST ${path} HTTP/1.1`, ...lines, '', body].join('\r\n'))
    const said = ['--config', installation.configPath, '--request', file]
    const { code, output } = await runCommand('verify-request', ...said)
    expect(output).toMatch(/^CONTENT: You signed the body as a JSON library serializes it again/)
    expect(output).toMatch(/The first difference is at byte \d+ of the signed content\./)
    expect(code).toBe(1)
  })
})
