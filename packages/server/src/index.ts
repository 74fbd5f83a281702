/**
 * @module `@assent/server` as a library: the same server that the `assent` command runs.
 */
export { type LoadedConfig, loadConfig } from './config.ts'
export { createLab, type Lab } from './lab.ts'
export { type RunningServer, type ServerOptions, startServer } from './server.ts'
export { generateRsaKeyPair } from './signing/key-folder.ts'
export { FileProblems, type Problem } from './yaml-file.ts'
