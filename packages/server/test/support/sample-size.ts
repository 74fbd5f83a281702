/**
 * @module How many random samples the long tests take. With `ASSENT_TEST_SHARE=1` they take all; a usual run takes a fifth, with a
 * seed of its own, to keep within its time.
 */
const SHARE = Number(process.env['ASSENT_TEST_SHARE'] ?? 0.2)

/** @param full the number of samples of a whole run */
export function sampleSize(full: number): number {
  return Math.ceil(full * SHARE)
}
