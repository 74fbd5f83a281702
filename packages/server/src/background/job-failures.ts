/**
 * @module Counts the failed runs of the background jobs of a node. Each of them tries again by itself, so that a single failure needs nobody.
 */

const JOBS = [
  'revocationLog',
  'revocationBackup',
  'registryLog',
  'platformKeys',
  'receiptChain',
  'accessLog',
  'cleanup',
  'grantExpiry',
] as const
type Job = (typeof JOBS)[number]

export interface JobFailures {
  record(job: Job): void
  /** Since the start. Also contains the jobs that have not failed. */
  counts(): Readonly<Record<Job, number>>
}

export function createJobFailures(): JobFailures {
  const counts = Object.fromEntries(JOBS.map((job) => [job, 0])) as Record<Job, number>
  return {
    record(job) {
      counts[job]++
    },
    counts: () => counts,
  }
}
