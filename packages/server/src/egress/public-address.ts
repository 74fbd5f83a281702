/**
 * @module Decides which IP addresses are public. Only they may be reached on behalf of clients (server-side request forgery).
 * @see [IANA IPv4 Special-Purpose Address Registry](https://www.iana.org/assignments/iana-ipv4-special-registry),
 * [IANA IPv6 Special-Purpose Address Registry](https://www.iana.org/assignments/iana-ipv6-special-registry)
 */
import ipaddr from 'ipaddr.js'

/**
 * IANA has assigned global addresses from this range only. It excludes addresses that contain an IPv4 address and have no range of
 * their own: IPv4-compatible ones (RFC 4291 §2.5.5.1).
 */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** Public by their range, but reached only from the inside of a cloud, where they serve its machines. */
const CLOUD_SERVICES = [
  // Azure: the host of a virtual machine.
  '168.63.129.16/32',
  // Google Cloud: private.googleapis.com, restricted.googleapis.com.
  '199.36.153.4/30',
  '199.36.153.8/30',
  // IBM Cloud: service endpoints.
  '161.26.0.0/16',
  '166.8.0.0/14',
].map((range) => ipaddr.IPv4.parseCIDR(range))

/** The interface identifier of an ISATAP tunnel is this, then an IPv4 address (RFC 5214 §6.1). */
const ISATAP_IDENTIFIERS: readonly number[] = [0x0000, 0x0200]
const ISATAP_MARK = 0x5efe

/**
 * @param address an IPv4 or IPv6 address as text, without brackets
 * @returns whether it is a global unicast address that is not reserved for a special purpose, a tunnel or a cloud
 * @example isPublicAddress('168.63.129.16') // false
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return false
  return parsed instanceof ipaddr.IPv4 ? isPublicIpv4(parsed) : isPublicIpv6(parsed)
}

function isPublicIpv4(address: ipaddr.IPv4): boolean {
  return !CLOUD_SERVICES.some((range) => address.match(range))
}

function isPublicIpv6(address: ipaddr.IPv6): boolean {
  const [, , , , identifier = 0, mark] = address.parts
  const isTunnel = mark === ISATAP_MARK && ISATAP_IDENTIFIERS.includes(identifier)
  return address.match(GLOBAL_IPV6) && !isTunnel
}
