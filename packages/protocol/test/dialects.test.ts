/**
 * @module The paths of every dialect.
 */
import { describe, expect, it } from 'vitest'
import { DIALECTS, type Dialect, OPERATIONS, ROUTES } from '../src/dialects.ts'

const PATHS = Object.entries<Dialect>(DIALECTS).flatMap(([name, dialect]) =>
  OPERATIONS.flatMap((operation) =>
    dialect.paths[operation].map((path) => ({ name, dialect, operation, path })),
  ),
)

describe('routes', () => {
  it.each(PATHS)('$path of dialect $name is $operation', ({ path, operation, dialect }) => {
    expect(ROUTES.get(path)).toMatchObject({
      operation,
      dialect: { resultDialect: dialect.resultDialect },
    })
  })
})
