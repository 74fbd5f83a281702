export function findPostgres(): string | undefined
export function startPostgres(): Promise<{
  readonly url: (database: string) => string
  readonly pid: number
  restart(): Promise<void>
  stop(): Promise<void>
}>
