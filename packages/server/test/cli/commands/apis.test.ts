/**
 * @module `assent apis list`.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort, type Installation, install, runCommand, serve } from '../../support/command.ts'

let installation: Installation
beforeEach(() => {
  installation = install()
})
afterEach(() => installation.remove())

describe('assent apis list', () => {
  it('prints which scope permits which API and field, as a running server does', async () => {
    const { output } = await runCommand('apis', 'list', '--config', installation.configPath)
    const lines = output.trim().split('\n')
    expect(lines[0]).toBe('| scope | API | scope match | fields |')
    expect(lines).toContain('| CARD_LIST | cards | any | cards[].brand, cards[].lastFour |')
    expect(lines).toContain('| USER_NICKNAME | inquiryUserInfo | any | userId, nickName |')
    expect(lines).toContain('| auth_base | inquiryUserInfo | any | userId |')
    const server = await serve(installation, await freePort())
    const docs = await (await fetch(`${server.url}/docs/apis?format=md`)).text()
    server.child.kill('SIGTERM')
    await server.ended
    expect(docs).toContain(`\n\n${output}`)
  })
})
