/**
 * Writes packages/server/assets/icons.json: the inner markup of the pages' icons, from the package `lucide-static`
 * (ISC license). To add an icon, add its name below, install the package, and run this script:
 *   npm install --no-save lucide-static && node tools/icons.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs'

const NAMES = [
  'at-sign',
  'badge-check',
  'bell',
  'cake',
  'check',
  'chevron-left',
  'chevron-right',
  'circle',
  'contact',
  'credit-card',
  'download',
  'fingerprint',
  'flag',
  'hash',
  'id-card',
  'image',
  'inbox',
  'mail',
  'map-pin',
  'message-square',
  'phone',
  'receipt',
  'shield-check',
  'smile',
  'truck',
  'user',
  'x',
  'clock',
  'circle-alert',
  'ban',
  'chevron-down',
  'eye',
  'log-in',
  'store',
]

const icons = Object.fromEntries(
  NAMES.sort().map((name) => {
    const svg = readFileSync(
      new URL(`../node_modules/lucide-static/icons/${name}.svg`, import.meta.url),
      'utf8',
    )
    const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)[1]
    return [name, inner.replaceAll(/\s+/g, ' ').replaceAll('> <', '><').trim()]
  }),
)
writeFileSync(
  new URL('../packages/server/assets/icons.json', import.meta.url),
  `${JSON.stringify(icons, null, 2)}\n`,
)
