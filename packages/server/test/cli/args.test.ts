/**
 * @module How the `assent` command reads its arguments.
 */
import { describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'

describe('usage', () => {
  it.each([
    { parameters: [], code: 2, says: /assent serve/ },
    { parameters: ['--help'], code: 0, says: /assent serve/ },
    { parameters: ['fly'], code: 2, says: /assent serve/ },
    { parameters: ['check', '--colour'], code: 2, says: /--colour/ },
    { parameters: ['check', '--bits', '2048'], code: 2, says: /Unknown option '--bits'/ },
    { parameters: ['--config', 'no.yaml', 'check'], code: 2, says: /^no\.yaml:1:1 / },
    { parameters: ['keys', 'generate', '--bits', '1024'], code: 2, says: /--bits must be/ },
    {
      parameters: ['funnel', '--url', 'http://127.0.0.1:1'],
      code: 2,
      says: /^The metrics of http:\/\/127\.0\.0\.1:1 cannot be read: /,
    },
    { parameters: ['schema'], code: 0, says: /"title": "assent.yaml"/ },
  ])('$parameters', async ({ parameters, code, says }) => {
    const ran = await runCommand(...parameters)
    expect(ran.output).toMatch(says)
    expect(ran.code).toBe(code)
  })
})
