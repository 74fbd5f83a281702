/**
 * @module How much the long tests try: random samples, races and failures. With `ASSENT_TEST_SHARE=1` they try all; a usual run tries a
 * tenth, with a seed of its own, to keep within its time.
 */
const SHARE = Number(process.env['ASSENT_TEST_SHARE'] ?? 0.1)

/** @param full the number of a whole run */
export function sampleSize(full: number): number {
  return Math.ceil(full * SHARE)
}
