/**
 * @module `@assent/server` as a library: the same server that the `assent` command runs.
 */
export { type LoadedConfig, loadConfig } from './config/load.ts'
export { ConfigError as ConfigError, type ConfigIssue as Problem } from './config/yaml.ts'
export { createTestServer as createLab, type TestServer as Lab } from './http/test-server/test-server.ts'
export { type RunningServer, type ServerOptions, startServer } from './main/start-server.ts'
export { generateRsaKeyPair } from './crypto/keys/key-store.ts'
