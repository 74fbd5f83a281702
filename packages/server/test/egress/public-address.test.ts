/**
 * @module Which addresses are public: one row per special range, with its source, and every notation that an address can have.
 */
import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../src/egress/public-address.ts'

/** Inside each range: its first address, one in the middle or its last one. */
const SPECIAL: readonly (readonly [range: string, ...addresses: string[]])[] = [
  ['this network, RFC 791', '0.0.0.0', '0.1.2.3', '0.255.255.255'],
  [
    'private, RFC 1918',
    '10.0.0.0',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
  ],
  ['carrier-grade NAT, RFC 6598', '100.64.0.1', '100.127.255.255'],
  ['metadata of Alibaba Cloud', '100.100.100.200'],
  ['loopback, RFC 1122', '127.0.0.1', '127.255.255.254'],
  ['link-local, RFC 3927', '169.254.0.1', '169.254.255.255'],
  ['metadata of AWS, Azure, Google, Tencent', '169.254.169.254', '169.254.170.2', '169.254.0.23'],
  ['IETF protocol assignments, RFC 6890', '192.0.0.1', '192.0.0.8', '192.0.0.170'],
  ['metadata of Oracle Cloud', '192.0.0.192'],
  ['documentation, RFC 5737', '192.0.2.1', '198.51.100.1', '203.0.113.255'],
  ['AS112, RFC 7534, RFC 7535', '192.31.196.1', '192.175.48.1'],
  ['AMT, RFC 7450', '192.52.193.1'],
  ['6to4 relays, RFC 7526', '192.88.99.1'],
  ['benchmarking, RFC 2544', '198.18.0.1', '198.19.255.255'],
  ['multicast, RFC 5771', '224.0.0.1', '239.255.255.255'],
  ['reserved and broadcast, RFC 1112', '240.0.0.1', '255.255.255.255'],
  ['host of Azure machines', '168.63.129.16'],
  ['Google APIs inside a cloud', '199.36.153.4', '199.36.153.7', '199.36.153.8', '199.36.153.11'],
  ['service endpoints of IBM Cloud', '161.26.0.10', '166.8.0.1', '166.11.255.255'],
  ['unspecified, RFC 4291', '::'],
  ['loopback, RFC 4291', '::1'],
  ['IPv4-mapped, RFC 4291', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:168.63.129.16'],
  [
    'IPv4-compatible, RFC 4291',
    '::127.0.0.1',
    '::7f00:1',
    '::a9fe:a9fe',
    '::808:808',
    '::0808:0808',
  ],
  ['IPv4-translated, RFC 2765', '::ffff:0:7f00:1', '::ffff:0:808:808'],
  ['NAT64, RFC 6052', '64:ff9b::7f00:1', '64:ff9b::8.8.8.8'],
  ['local NAT64, RFC 8215', '64:ff9b:1::7f00:1', '64:ff9b:1:ffff::1'],
  ['discard, RFC 6666', '100::1'],
  ['dummy prefix, RFC 9780', '100:0:0:1::1'],
  ['IETF protocol assignments, RFC 2928', '2001::1', '2001:1::1', '2001:1ff::1'],
  ['Teredo, RFC 4380', '2001:0:7f00:1::', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['benchmarking, RFC 5180', '2001:2::1'],
  ['AMT, RFC 7450', '2001:3::1'],
  ['AS112, RFC 7534, RFC 7535', '2001:4:112::1', '2620:4f:8000::1'],
  ['ORCHID, RFC 4843, RFC 7343', '2001:10::1', '2001:20::1'],
  ['drone remote identifiers, RFC 9374', '2001:30::1'],
  ['documentation, RFC 3849, RFC 9637', '2001:db8::1', '3fff::1'],
  ['6to4, RFC 3056', '2002:7f00:1::', '2002:a9fe:a9fe::1', '2002:808:808::1'],
  ['segment routing, RFC 9602', '5f00::1'],
  ['unique local, RFC 4193', 'fc00::1', 'fd00::1'],
  ['metadata of AWS and Google over IPv6', 'fd00:ec2::254', 'fd20:ce::254'],
  ['link-local, RFC 4291', 'fe80::1', 'fe80::a9fe:a9fe', 'febf::1'],
  ['site-local, RFC 3879', 'fec0::1', 'feff::1'],
  ['multicast, RFC 4291', 'ff02::1', 'ff0e::1'],
  ['ISATAP, RFC 5214', '2606:4700::5efe:7f00:1', '2606:4700::200:5efe:a00:1'],
  ['never assigned', '1::1', '1000::1', '4000::1', '8000::1', 'e000::1'],
  ['no address', '', 'localhost', '1.2.3.4.5', '::g'],
]

describe(isPublicAddress, () => {
  it.each(SPECIAL.flatMap(([range, ...addresses]) => addresses.map((address) => [address, range])))(
    'rejects %j (%s)',
    (address) => {
      expect(isPublicAddress(address ?? '')).toBe(false)
    },
  )

  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '168.63.129.15',
    '168.63.129.17',
    '199.36.153.12',
    '161.25.255.255',
    '166.12.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '::ffff:8.8.8.8',
    '2606:4700:4700::1111',
    '2001:4860:4860::8888',
    '2a00:1450:4001::1',
    '2001:200::1',
    '2003::1',
  ])('accepts %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
})
