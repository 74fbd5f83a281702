/**
 * @module Masking of personal data.
 */
import { describe, expect, it } from 'vitest'
import { maskDate, maskEmail, maskPhone, maskWords } from '../../../src/engine/users/masking.ts'

describe('masking', () => {
  it.each([
    [maskPhone, '+639171234567', '+63•••••••567'],
    [maskPhone, '123', '12•••123'],
    [maskEmail, 'maria@example.com', 'm••••@example.com'],
    [maskEmail, 'nonsense', '•••'],
    [maskWords, 'Maria  Clara Santos', 'M•••• C•••• S•••••'],
    [maskWords, 'عمر', 'ع••'],
    [maskDate, '1994-05-17', '1994-••-••'],
  ] as const)('%o of %s → %s', (mask, value, masked) => {
    expect(mask(value)).toBe(masked)
  })
})
