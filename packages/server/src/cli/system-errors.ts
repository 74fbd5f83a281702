/**
 * @module Errors of the operating system in words that say what to do.
 * @see [Node.js: common system errors](https://nodejs.org/api/errors.html#common-system-errors)
 */

/** @returns `undefined` for an error that is not one of the operating system */
export function describeSystemError(error: Error): string | undefined {
  const { code, syscall, path, address, port, hostname } = error as NodeJS.ErrnoException & {
    readonly address?: string
    readonly port?: number
    readonly hostname?: string
  }
  if (code === undefined || syscall === undefined) return undefined
  if (syscall === 'listen') return describeListenError(code, `${address ?? ''}:${port ?? ''}`)
  const subject = path ?? hostname ?? (address === undefined ? syscall : `${address}:${port ?? ''}`)
  const description = DESCRIPTIONS[code]
  return description === undefined ? `${subject}: ${error.message}` : `${subject} ${description}`
}

function describeListenError(code: string, address: string): string {
  if (code === 'EADDRINUSE')
    return `${address} is in use by another process. Stop that process, or choose another port with --port.`
  if (code === 'EACCES')
    return `${address} cannot be opened: ports below 1024 need a permission. Choose another port with --port.`
  return `${address} cannot be opened (${code}). Check listen.host and listen.port.`
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist. Check the path.',
  EEXIST: 'exists already. Move or delete it first.',
  EISDIR: 'is a folder. Name a file.',
  ENOTDIR: 'is below a file, not a folder. Check the path.',
  EACCES: 'may not be accessed by this user. Check its owner and mode.',
  EPERM: 'may not be changed by this user. Check its owner and mode.',
  EROFS: 'is on a read-only file system.',
  ENOSPC: 'cannot be written: the disk is full.',
  EMFILE: 'cannot be opened: the process has too many open files. Raise the limit (ulimit -n).',
  ECONNREFUSED: 'refused the connection. Check the address, and that the server runs.',
  ENOTFOUND: 'is not a known host name. Check the address.',
  ETIMEDOUT: 'did not respond in time. Check the address and the network.',
}
