/**
 * @module The limits of calls to the user directory. A directory that hangs or fails makes requests that need it fail at once, and
 * stops no others.
 */
import type { Directory } from '../engine/ports/directory.ts'
import type {
  OutboundAddress,
  OutboundCalls,
  WhileWaiting,
} from '../engine/ports/outbound-calls.ts'
import { isDirectoryUnavailable } from './http.ts'

/** @param url the address of the directory */
export function withOutboundLimits(
  directory: Directory,
  url: string,
  outbound: OutboundCalls,
): Directory {
  const address: OutboundAddress = {
    kind: 'directory',
    key: url,
    name: new URL(url).host,
    isUnavailable: isDirectoryUnavailable,
  }
  return { findUser: (user) => outbound.run(address, () => directory.findUser(user)) }
}

/** A request that waits for the directory does not count as work. */
export function withWaiting(directory: Directory, whileWaiting: WhileWaiting): Directory {
  return { findUser: (user) => whileWaiting(() => directory.findUser(user)) }
}
