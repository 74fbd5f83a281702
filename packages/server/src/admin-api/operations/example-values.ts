/**
 * @module Values of the examples in the OpenAPI document: public keys, whose private keys nobody has, and texts in every language.
 */
import { STANDARD_SCOPES } from '../../engine/standard-scopes.ts'

export const EXAMPLE_TEXTS = STANDARD_SCOPES.find(({ scope }) => scope === 'USER_NICKNAME')?.texts

export const EXAMPLE_IMAGE = {
  id: '7753238e392ed9f7a899cdc934e4e9436f4fe873d89f914c6b84b1884adc6edd',
  document: {
    type: 'image/svg+xml',
    data: 'PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA4IDgiPjxwYXRoIGQ9Ik0wIDBoOHY4SDB6Ii8+PC9zdmc+',
  },
} as const

export const EXAMPLE_KEYS = {
  first: [
    '-----BEGIN PUBLIC KEY-----',
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArQ7YPwG5mBD4zRV9wvzy',
    'AkPX+Z4OsOSLy9gCFZQeYYBjsoR5DhxNTTSZU6KzZVBL4rOGfNkgLbDkObV/JT9k',
    'WGOfnbA37DPzCc6nwIo0iIjQhsRE3zoYXQbEjEKEe8MQnnfmkfYvosqS0e5O2nTB',
    '+H9SM/2ZLjEVOnBAcvWgEii0rfmNztrfi9zmojxP0FcaNUo4iUDxNa0p4x1c/ojb',
    'DQH3sa+jQ7yIR9Y6Kt/HG0edIXQ3oHcw3F50uxm1lBqgkI3DX8miuXhl/lbCmg+z',
    'YWfXOt0BGhq2zJ3CYf2EWdSrTmHiOjdDNQjQH/Uf7vcgdl/tZm5Vfu/zukmgcDgC',
    '1wIDAQAB',
    '-----END PUBLIC KEY-----',
    '',
  ].join('\n'),
  second: [
    '-----BEGIN PUBLIC KEY-----',
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyWYczb40gUxq0M/W/swH',
    '+/quMmEkL+ylvdB+hnDQDfrLav7E30b+lNSADprIPUVyH7rH/ifVrUVUvhk1jRjx',
    '+p/SpTkF6rQJcooZnBXc/yRjZHnO9A372slcujQSUGxNwyCnO3jF6Nk3O8qjF/HL',
    'D8hXc3Y9SSNEjHueSELlRchmFaR+beZSfLJ3HspWSFZ/1y4Wf3+YmxYXh9hD2lEt',
    'RYM0Za1Rn1W3+yGEN8p3r1JXZXwIbBaPMi689HtCdND+6CTdgXzMvjYqW3UsMkEU',
    '64zwd6F3lKqeZgu7ia5K9QuRsD8fwXggWjShk/oGZiPrVD7wZv4s1wE+o8FpBfi4',
    'jwIDAQAB',
    '-----END PUBLIC KEY-----',
    '',
  ].join('\n'),
  third: [
    '-----BEGIN PUBLIC KEY-----',
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvhE2iMdeGxofm4LLmEph',
    'vYlzel0ZvUH+0ibz0vli+6zkTEn0AZpLRy5ubWftASDNF2vaat39fKoo80AdEddZ',
    '+zkjz2s1Eq7wmutmG6XO7w6QJj8kLEBDj7icPPm9rgUbpWEIByAdWzmhPUl1ruHr',
    '1oUStbH9qAWtAqIjpTIhcX0YIQg1OP+LWLc7/rRnGanoIb0Qa8WR0raQmCynuUe3',
    'N0Lmfc4/9gn0myFWhpXu2u9ss3C2jHIjqwjRoBE8WdhHKysVdZc8xwtJCJU5lwmw',
    'GiQlVlVJLOBY+7p8Zl4/SSAvQM0gaYYuAiqsNswx4K6qsh14cqzGKAyE9NGtUg1p',
    'mQIDAQAB',
    '-----END PUBLIC KEY-----',
    '',
  ].join('\n'),
  fourth: [
    '-----BEGIN PUBLIC KEY-----',
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApFDEMMqjSayXYQwzZly1',
    'tp2idnayVJ8Eo8M3jldsHqJ+5vVwrIg06WUdV6ZBSfd7HMerbB64k5WMWwrXjiU/',
    '6Yc+801y+zld/CNobxF68cxu6xAaXz1s2qIqQ0vM94jO7FCTD23Jf1zNEeBgIlqf',
    '/3X+lGobFmuWKwJUxGad0MqvCb31c/24dzaHT14sPTlE0QT349SUdlx9xhKfqcWD',
    '7rVqz6lYxTRD//pJx2ViWUtZQZk5aaB7FqMCWX7o1zd5po/lWK8PMC7GaX+4BLAq',
    'ubAb11v2ExTZAJIjw1NoRPZd4JewfvcfQ8AvHWeb1msIn9iAIEYcPsHDV23AIt5M',
    'IQIDAQAB',
    '-----END PUBLIC KEY-----',
    '',
  ].join('\n'),
  fifth: [
    '-----BEGIN PUBLIC KEY-----',
    'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvoHdEAc9FFEuXSdrO9CX',
    'ra5tVLzmm5N7M2n2hF1AqkOk5WEnGR1ybwi8gjbPkH6W8j1YnSiNgqdooWYf6m0d',
    'iksuq9aFiQofgNwDZsFn405pcIS4bhUGZicnqB5o+Ufx0UGemSubzzJGHe+Po2zZ',
    'MqVnLxddu3Ptw0HYlEHHtbmSxg+2UjPhNA3WwXmhCB4BEeC7SMHS548mBZvB7SZm',
    'JkLbrdaH2n46I6KH0+Jkmc68q48MW8bP+f8H1LuWhk1ejYZMsmrOCIfMKHaMZNIk',
    'DX6mi8s4t2tec5Mh59kSUc47qls6XH7kZ6XX8Bzrn3ls8HSTVHg9BdDGlGLMP9lN',
    'oQIDAQAB',
    '-----END PUBLIC KEY-----',
    '',
  ].join('\n'),
} as const
