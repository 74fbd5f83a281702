/**
 * @module Tells the parent process how late the event loop was. To be loaded before a program (`node --import`).
 */
import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { longestOf, NO_PAUSES } from './pauses.ts'

const INTERVAL_MS = 5
const REPORT_MS = 200
const NANOSECONDS = 1e6

function readClocks() {
  const [worked, waited] = readFileSync('/proc/self/schedstat', 'utf8').split(' ')
  return {
    now: performance.now(),
    worked: Number(worked) / NANOSECONDS,
    waited: Number(waited) / NANOSECONDS,
  }
}

if (isMainThread) {
  let last = readClocks()
  let pauses = NO_PAUSES
  setInterval(() => {
    const clocks = readClocks()
    const longestMs = clocks.now - last.now - INTERVAL_MS
    const ownMs = longestMs - (clocks.waited - last.waited)
    pauses = longestOf([pauses, { longestMs, ownMs, workMs: clocks.worked - last.worked }])
    last = clocks
  }, INTERVAL_MS).unref()
  setInterval(() => {
    process.send?.(pauses)
    pauses = NO_PAUSES
  }, REPORT_MS).unref()
}
