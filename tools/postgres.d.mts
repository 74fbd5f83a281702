export function findPostgres(): string | undefined
export function startPostgres(): Promise<{
  readonly url: (database: string) => string
  signal(signal: NodeJS.Signals): void
  restart(): Promise<void>
  stop(): Promise<void>
}>
