/**
 * @module What the parts of the registry write to the log.
 */
export type RegistryLog = {
  info(message: string): void
  warn(context: object, message: string): void
  error(context: object, message: string): void
}
