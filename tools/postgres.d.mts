export function findPostgres(): string | undefined
export function startPostgres(more?: Readonly<Record<string, string | number>>): Promise<{
  readonly url: (database: string) => string
  signal(signal: NodeJS.Signals): void
  restart(): Promise<void>
  stop(): Promise<void>
}>
