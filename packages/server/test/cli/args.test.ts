/**
 * @module The arguments of the `assent` command.
 */
import { describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'

describe('assent', () => {
  it.each([
    { parameters: [], code: 2, message: /^ {2}serve +Runs the server\.$/m },
    { parameters: ['--help'], code: 0, message: /^ {2}serve +Runs the server\.$/m },
    { parameters: ['help'], code: 0, message: /^ {2}serve +Runs the server\.$/m },
    { parameters: ['--version'], code: 0, message: /^\d+\.\d+\.\d+\n$/ },
    { parameters: ['serve', '--help'], code: 0, message: /^ {2}--port VALUE +The port to/m },
    { parameters: ['help', 'keys', 'rotate'], code: 0, message: /^ {2}--replies {7}Rotates/m },
    { parameters: ['fly'], code: 2, message: /^assent has no command "fly"\. Run assent --help/ },
    {
      parameters: ['keys'],
      code: 2,
      message: /^assent has no command "keys"\. Use one of: assent keys generate, /,
    },
    {
      parameters: ['keys', 'fly', '-h'],
      code: 2,
      message: /^assent has no command "keys fly"\. Use/,
    },
    {
      parameters: ['check', 'a.yaml'],
      code: 2,
      message: /^assent check takes no argument "a\.yaml"/,
    },
    {
      parameters: ['demo', '--port', 'x'],
      code: 2,
      message: /^--port must be a number from 0 to 65535/,
    },
    { parameters: ['check', '--colour'], code: 2, message: /--colour/ },
    { parameters: ['check', '--bits', '2048'], code: 2, message: /Unknown option '--bits'/ },
    { parameters: ['--config', 'no.yaml', 'check'], code: 2, message: /^no\.yaml:1:1 / },
    { parameters: ['keys', 'generate', '--bits', '1024'], code: 2, message: /--bits must be/ },
    {
      parameters: ['funnel', '--url', 'http://127.0.0.1:1'],
      code: 2,
      message: /^The metrics of http:\/\/127\.0\.0\.1:1 cannot be read: /,
    },
    { parameters: ['schema'], code: 0, message: /"title": "assent.yaml"/ },
  ])('exits with $code for the arguments $parameters', async ({ parameters, code, message }) => {
    const result = await runCommand(...parameters)
    expect(result.output).toMatch(message)
    expect(result.code).toBe(code)
  })
})
