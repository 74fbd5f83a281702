/**
 * @module `@assent/server` as a library: the same server that the `assent` command runs.
 */
export { loadConfig } from './config/load.ts'
export type { LoadedConfig } from './config/loaded-config.ts'
export { ConfigError, type ConfigIssue } from './config/yaml.ts'
export { generateRsaKeyPair } from './crypto/keys/key-generation.ts'
export {
  createTestServer,
  type TestServer,
} from './http/test-server/test-server.ts'
export { type RunningServer, type ServerOptions, startServer } from './main/start-server.ts'
