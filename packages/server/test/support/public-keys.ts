/**
 * @module Public keys of records that sign nothing in tests. Nobody has their private keys, and generating them takes long.
 */
const BASE64: Readonly<Record<string, string>> = {
  'kopi-house-2':
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA4Qnt9uNGnsDEHH3N1umRVMJqqEPdqRed24TFr26MpZJKrhnKdYpkbAz0GVXyufq2PxjL+GuLKn++OJYwsjqWptaFTwaZ6MIRNBGTuEhU1OWvDQRFw1FntFAU/Kb6eMnJR/d/UXZi3oA7guYFjDsb12p/bqhg+J150lwicdHA2PR4kaKlmGdP9UdPSx6+qLcq6ne+pIwlloxWNz1b6dbIIY0+CdQfphaq7pExMFxHlEc9N/BB8v0gGbVsm/Gb0XkInRtcIzC1V078hZ1yKR+lC54Wg08TDDdLfEk+CfIk0zAXheuC01izqhKDDZlXtfrIOlp5rIwTzlAswrS9VOkK4QIDAQAB',
  'teh-house-2':
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAoNAU1LaBREOL8fvpmrEBUOuEOdrkiI1BhhYqYHGqwgvo+UQp0dy0Nn0Nh9qnv98Wo8ohBNDtUA3NqvqFAVXiM9rbXVSDg+reMDlHTS7zrFnHzP8LbyYf8OhOezvq3R3VCJ3oXNZhu7xr3BuG8OGGDatND4yE897bQgkv1TgstUIa+0KkYadfDxx53mfME/HSTITCirbNvfuGilJDzpM9KJsAKRbD+Qf70btjliCQ9XGgjVZ3WE9tdYsHNu9TGNfNd8mnJ2PkoYpsm1qcFf6ts0Kola6XToBRGpfwjp1TmufgV44V+zUCo0ah9hqCRogbS7hClkTQiXLVmtfweSCoDQIDAQAB',
  'platform-house':
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvnPvc6sTRpoA8/aKa6BPwOoffCLGhJI4njHKArtjuviEgnpT0QtaW6N5MdrzVv12x0IOTJ9Ifmw26Fh9Og35OfGuUaB8yvy9kOPTEbibfQuk5eb7bEgYkgxQvyqcGfpHfUpAFlZwyjCQFnOKCjP44Og7Cr3/7HMwtWAUvIY0RxuyQdJGcotDIuaunBPmLURv51+xDwPczYLNA0HApTmUQ3FXErpuqj7okLi5n1H1AvMCTAOkAFHBLtQT9cj+K7QDaPaomeLAvxwc8ke3XPHsSCnuuolzIxFZknSEzSuWN9fCCL0r26oPyxoy/ieHaw/MpfAgwH/V80hSHI1M3zDlTQIDAQAB',
  'platform-house-2':
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1fudS1CFCxCRHJG7GB0FpUMZ8n3BQh2/sw+72ZbHdxhIQC4PVZpT+A3pxQ4hW5UF7ph7zvsNshw4sV0/2gyBt2jBhojrdTucRocRmpwUgt6HMsI8hTG6uS/73frLSi2t5Y5GJM2QNZmlxpxRqtVlp9i8n9c3ko+6TYIuCATTChwOZv+cY7vwdTQhmC04h6VOPn8u49xtOeXelvqFJIzmdSL484dUFPBqIhwR+TQcV5+xTbtWmNXv8+U49pWGBgR76jJELNDyKm7ulmFu0LAAZVKbpOJHTVG5JUL54IwJOPpfIGt2SIWNfpZQ/Y6OlddQvCYFXmTpPAjHVnzEqOd0dwIDAQAB',
  'prata-house':
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwc9VLrSg1rsCJUHoln+5HGOXlNvDbQy7Bxl7Xp5VuzwPun8isH1xJrPToBlLnXtT5sW9UHwf+klfcMM+oOG2OLmkY0BB4CNESYle7pBMSYgO9xhw9YmfIUnWjjNZXMmDNjYRBLG7bIap09Z/e3rRY9xlXmaJVoJCs7QsLCJhwD/c6OC3v2zMjnarKKITsxZBb9nYgJy/snRGKhy/V5ldjICdBpa9FJLhaZJ1+UnmUmh96EcbLa377+rJGF/SCkrsG8Q2ZrpygeewKXaQATTr3Q7Ef6csXNdUnx46MY3en/f28kKnwqQ8Mw2bHiYOo6QiISksgp9IcWxGwZNe7riw1wIDAQAB',
  'prata-house-2':
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7YMIUA9RBfj4io4cDdjwv6oXqolHFJPjc9d/kgc9Mcf4AwCFSKr/stl7gEA5OiHCW0fHzyOaJ0uuyYkLOtx/iXK01Iy45pzlTv2WcHx8oJGHCK+Fs7iw+IT+oH6+LXjmgj2uDpjK8lJX0w3bLo2iXvwpUVyRotR7lg2hfaC0cYtNhDFzjRDMX6MhMil9+wOvXWeUtd1MWlvHjO9l97fhcCZa9NMEmyP6POkwwcwh5FDgF6ny5+fG+Y40fjkwOjP81FzRaUhIw5doeR71GtS+Wmp7hMMtNZTGpGf9d+pXjc/s3I7culFWAaz4gA86/jJCLI3vuzdPeFGxLr4Oa2StEwIDAQAB',
  'demo-2':
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlonR5M6K/kNaCXgxZikyxFw1jgmv3oa4M7NvEWtZdqWmjetHdH4L3h7xedpULQnIusoc5DgO03rrmZ3QeUBfMb6ri4TfZ1eIVxkcfFe8e6lA9qNepq3WGsjmPVtfJ9g+HPNbtf/XTDk8PdTE8RwFWejFRIbsrq6vANxQ4O1My5mkySuqCOjZMOsYa1Zwlgk/nv1Rofw9HduwcJRlmgHRaKrLDeyv7JyYMu4XPhZWXTc+l/lHhRn21larj8QBFme2KE3+CDw1QKbYprmFg/hyu/k+Q2SBtZsbwhc0hgpSVC2KOqTLCrkTyoEbTjnzMb/Dwz5f26+P+yDA5KcQ0IUZ+wIDAQAB',
  'demo-3':
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtYFuGMl8W7vuFDt8EBM7PFld6Qx4LACnzpwRwNN03DYKaMUJSabcVY9pYwEXCsnSKk54nkKqCuavV/IclvGH/7+sRBz52xYLgQPWprz8owmZZ9Z6aNEclAtof7Of2mBnubbkbUZVdvhG1mAv8gRlQk2fAXtQNTkhLZq20ThIWCjFkuTe+h+zQUwO3OifSTc6FsuPMUpQRrCKN4hlplspl5V4kRSkFVuMXTldsWD0ZlWyuw5jO5Fi98i0rYmEgjFSLpIQye/AUdFiGO/rxAZXZL2BlgvrX9GX+VvwmfNzwxkrfKbeHNKywTogP2kE7vrjJ392GQacAxXGLPXX9zi2YwIDAQAB',
  'demo-old':
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAmaH5T59Tww6j1SNigpoAwp0RobpQ0jTlnJ+6aHtPNfhAyvf22CnijafIA4oeQb407A9HTzPf/MuWVdvNv4VkaNQBKlIr9EkM1j8QFT5yWhncGs7ULyEwb/UUP/5EixyzOiIB0CU+0bN77CciJOLr8gKh/Iyt2XfmZzgm1koYUO6g8JQvUA62SpyPKixQ+raMFaJLqie4GQYjzoI3hpu7IBF5xRavwWliyMjQuqbKLgg5hvWnMbVbwPWyAmF9rStH7MD1OxWNttBaQMEPZyWjC6b17nAhPI4FdlyJIQ4qi5K3xu3CRjJMT6k3TWIG2MMbFKhtg3i/TG0mzPs1Aq4sTQIDAQAB',
}

/** @returns PEM, as Node and OpenSSL write it. @throws {Error} for a party without such a key */
export function publicKeyOf(party: string): string {
  const lines = BASE64[party]?.match(/.{1,64}/g)
  if (!lines) throw new Error(`There is no public key of ${party}.`)
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
}

export function hasPublicKey(party: string): boolean {
  return BASE64[party] !== undefined
}
