/**
 * @module How much the long tests try: random samples, races and failures. With `ASSENT_TEST_SHARE=1` they try all; a usual run tries a
 * part, with a seed of its own, to keep within its time.
 */
const SHARE = process.env['ASSENT_TEST_SHARE']
const USUAL_SHARE = 0.1

/**
 * @param full the number of a whole run
 * @param usualShare the part of it that a usual run tries. Default: a tenth.
 */
export function sampleSize(full: number, usualShare = USUAL_SHARE): number {
  return Math.ceil(full * Number(SHARE ?? usualShare))
}
