/**
 * @module The error table: limits and codes in every dialect.
 */
import { describe, expect, it } from 'vitest'
import { ERRORS, type ErrorCode, toResult } from '../src/errors.ts'

const DIALECTS = ['v1', 'v2', 'ams'] as const
const CODES = Object.keys(ERRORS) as ErrorCode[]

describe('the result of each error code', () => {
  it.each(CODES)('%s fits the limits of resultCode and resultMessage in every dialect', (code) => {
    for (const dialect of DIALECTS) {
      const result = toResult(code, dialect, 'x'.repeat(300))
      expect(result.resultCode).toMatch(/^[A-Z_]{1,64}$/)
      expect(result.resultMessage.length).toBeLessThanOrEqual(256)
      expect(['F', 'U']).toContain(result.resultStatus)
    }
  })

  it.each(CODES)('%s has a message that is a full sentence', (code) => {
    expect(ERRORS[code].message).toMatch(/\.$/)
  })

  it.each(DIALECTS)('distinguishes every failure of a credential in dialect %s', (dialect) => {
    const failures = CODES.filter((code) => /^(CODE|REFRESH_TOKEN|ACCESS_TOKEN)_/.test(code))
    const resultCodes = failures.map((code) => toResult(code, dialect).resultCode)
    expect(new Set(resultCodes).size).toBe(resultCodes.length)
  })
})
