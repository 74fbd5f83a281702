/**
 * @module Tells a person who opens a link from a program that looks at it, such as the link preview of a chat.
 * @see [Fetch Metadata](https://www.w3.org/TR/fetch-metadata/)
 */
import type { FastifyRequest } from 'fastify'

/**
 * Whether the request says that a browser navigates for a person. Old web views do not say it, so `false` does not mean that it is a
 * program: the page then has a button, which its script presses.
 */
export function isOpenedByPerson({ method, headers }: FastifyRequest): boolean {
  const isPrefetch = [headers['sec-purpose'], headers['purpose'], headers['x-moz']].some(
    (purpose) => /prefetch|preview|prerender/i.test(String(purpose ?? '')),
  )
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && !isPrefetch
}
