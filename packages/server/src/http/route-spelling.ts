/**
 * @module One spelling per route. The router decodes percent-encoding and ends a path at `#`, but a proxy in front of it compares the
 * path as sent. So a path that is no route as it was sent is not decoded: no other spelling passes a rule of the proxy.
 * @see [RFC 3986 §6.2.2](https://www.rfc-editor.org/rfc/rfc3986.html#section-6.2.2)
 */
import { pathOfTarget } from '@assent/protocol'
import { createEndpointLookup, type Endpoint } from './endpoint.ts'
import { GATEWAY_ENDPOINT } from './gateway/endpoints.ts'

/** @returns a function that gives the URL for the router to a request target */
export function createRouterUrl(endpoints: readonly Endpoint[]): (target: string) => string {
  const find = createEndpointLookup(endpoints)
  return (target) => {
    const url = pathOfTarget(target)
    // OPTIONS may have an asterisk as its target (RFC 9112 §3.2.4).
    if (!url.startsWith('/')) return '/'
    const [path = ''] = url.split('?', 1)
    if ((find(path) ?? GATEWAY_ENDPOINT) !== GATEWAY_ENDPOINT) return url
    return escapeForRouter(path) + url.slice(path.length)
  }
}

function escapeForRouter(path: string): string {
  return path.replaceAll('%', '%25').replaceAll('#', '%23')
}
