/**
 * @module Addresses of PostgreSQL databases: those that the driver can use, and those that `assent check` must refuse.
 */
import { describe, expect, it } from 'vitest'
import { problemOfDatabaseUrl } from '../../../src/stores/postgres/database-url.ts'

describe('an address', () => {
  it.each([
    'postgres://assent@127.0.0.1:5432/assent',
    'postgresql://assent:p%40ss%2Fword@db.example/assent?sslmode=require',
    'postgres://assent@[::1]:5432/assent',
    'postgres://localhost/none',
    'postgresql://assent@/assent?host=/var/run/postgresql',
    'postgres://assent@%2Fvar%2Frun%2Fpostgresql/assent',
    'postgres://assent@localhost:5432/assent?host=::1',
    'postgres://assent@db.example/assent?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem',
    'postgres://assent@postgres/assent?sslmode=disable',
  ])('%s is possible', (url) => {
    expect(problemOfDatabaseUrl(url)).toBeUndefined()
  })

  it.each([
    ['postgres://assent@db-1,db-2/assent', /several hosts/],
    ['postgres://assent@db-1:5432,db-2:5432/assent', /several hosts/],
    ['postgres://assent:pass,word@db-1,db-2/assent', /several hosts/],
    ['postgres://assent@/assent?host=db-1,db-2', /several hosts/],
    ['postgres://assent@db:port/assent', /valid URL/],
    ['postgres://assent@db:70000/assent', /valid URL/],
    ['postgres://assent:pa#ss@db/assent', /valid URL/],
    ['postgres://assent:p%zz@db/assent', /valid URL/],
    ['postgres://assent@db/a b', /valid URL/],
    ['postgres:///assent', /no host/],
    ['postgres://', /no host/],
    ['postgres://assent@db', /no database/],
    ['postgres://assent@db/', /no database/],
    ['postgres://assent@db/a/b', /no database/],
    ['postgres://assent@db/assent', /whether to use TLS/],
    ['postgres://assent@10.1.2.3:5432/assent', /whether to use TLS/],
    ['postgres://assent@127.0.0.1.db.example/assent', /whether to use TLS/],
    ['postgres://assent@localhost/assent?host=10.1.2.3', /whether to use TLS/],
    ['postgres://assent@/assent?host=db.example', /whether to use TLS/],
  ])('%s is refused, without repeating it', (url, problem) => {
    const said = problemOfDatabaseUrl(url)
    expect(said).toMatch(problem)
    expect(said).not.toContain('db-1')
  })

  it('may contain commas in the password', () => {
    expect(problemOfDatabaseUrl('postgres://assent:a,b@127.0.0.1/assent')).toBeUndefined()
  })
})
