/**
 * @module Credentials in examples. They have the prefixes of real ones, and no other likeness.
 */
export const AUTH_CODE = 'ac_example'
export const ACCESS_TOKEN = 'at_example'
export const REFRESH_TOKEN = 'rt_example'
export const AUTH_REQUEST = 'pr_example'
export const CONSENT_REQUEST = 'cr_example'
