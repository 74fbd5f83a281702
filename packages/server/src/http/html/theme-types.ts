/**
 * @module How pages look in a wallet, and pictures that are served from here.
 */

export type Image = { readonly type: string; readonly bytes: Buffer }

export type Theme = {
  /** CSS that overrides tokens; nothing else. */
  readonly style: string
  readonly logo?: Image
}

export const PLAIN_THEME: Theme = { style: '' }
