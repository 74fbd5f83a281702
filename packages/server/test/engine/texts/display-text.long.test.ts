/**
 * @module Up to a million random names and purposes in many scripts: what is shown is what is signed.
 */
import { expect, it } from 'vitest'
import { sampleSize } from '../../support/sample-size.ts'
import { sampleTexts } from '../../support/text-samples.ts'

const TEXTS = sampleSize(1_000_000)

it('shows nothing that is not signed', { timeout: 1_200_000 }, () => {
  const { accepted, rejected, wronglyRejected, wronglyShown } = sampleTexts(TEXTS)
  expect(wronglyShown.slice(0, 10)).toEqual([])
  expect(wronglyRejected.slice(0, 10)).toEqual([])
  expect(accepted).toBeGreaterThan(TEXTS / 4)
  expect(rejected).toBeGreaterThan(TEXTS / 4)
})
