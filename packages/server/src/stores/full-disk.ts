/**
 * @module A full disk: writes fail while reads succeed, so a probe that reads would report a node ready that can log nobody in.
 */
import { StoreUnavailableError } from '../engine/store/store.ts'

export class DiskFullError extends StoreUnavailableError {}

export interface FullDisk {
  /** Records that a write failed for want of space. Other errors are ignored. */
  report(error: unknown): void
  /** @throws {DiskFullError} when the disk was full a moment ago */
  check(): void
}

/** A node that is not ready gets no writes that could show that there is space again, so it becomes ready by itself. */
const NOT_READY_MS = 5000

export function createFullDisk(): FullDisk {
  let last: { readonly error: DiskFullError; readonly at: number } | undefined
  return {
    report(error) {
      if (error instanceof DiskFullError) last = { error, at: performance.now() }
    },
    check() {
      if (last && performance.now() - last.at < NOT_READY_MS) throw last.error
    },
  }
}
