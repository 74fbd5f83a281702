/**
 * Writes packages/server/src/engine/texts/confusable-data.ts: the characters that look alike, from the data of ICU
 * (`confusables.cfu`), which is the confusables.txt of the Unicode version that ICU implements (UTS #39).
 * To take over a new Unicode version, take the file out of the package com.ibm.icu:icu4j, and run this script:
 *   unzip -p icu4j-78.2.jar com/ibm/icu/impl/data/icudata/confusables.cfu > confusables.cfu
 *   node tools/confusables.mjs confusables.cfu 17.0
 */
import { readFileSync, writeFileSync } from 'node:fs'

/** The layout of the file is described in ICU's uspoof_impl.h, as `SpoofDataHeader`. */
const MAGIC = 0x3845fdef

const [, , path, unicodeVersion] = process.argv
const file = readFileSync(path)
const data = file.subarray(file.readUInt16BE(0))
if (data.readUInt32BE(0) !== MAGIC) throw new Error(`${path} is not a confusables.cfu file.`)
const [keys, count, values, , strings, stringsLength] = [12, 16, 20, 24, 28, 32].map((at) =>
  data.readUInt32BE(at),
)
const text = Array.from({ length: stringsLength }, (_, n) =>
  String.fromCharCode(data.readUInt16BE(strings + 2 * n)),
).join('')

const sourcesByTarget = new Map()
for (let n = 0; n < count; n++) {
  const key = data.readUInt32BE(keys + 4 * n)
  const value = data.readUInt16BE(values + 2 * n)
  const length = (key >>> 24) + 1
  const target = length === 1 ? String.fromCharCode(value) : text.slice(value, value + length)
  sourcesByTarget.set(target, [...(sourcesByTarget.get(target) ?? []), key & 0x1fffff])
}

const hex = (codePoint) => codePoint.toString(16)
const rows = [...sourcesByTarget].map(
  ([target, sources]) =>
    `${[...target].map((one) => hex(one.codePointAt(0))).join('+')}=${sources.map(hex).join(' ')}`,
)
writeFileSync(
  new URL('../packages/server/src/engine/texts/confusable-data.ts', import.meta.url),
  `/**
 * @module The characters that look alike, as UTS #39 lists them. Written by tools/confusables.mjs from the data of ICU.
 */

/** The version of Unicode that lists them. */
export const CONFUSABLES_UNICODE_VERSION: string = '${unicodeVersion}'

/** Rows separated by \`;\`: the characters that are compared, \`=\`, and the characters that look like them, all in hexadecimal. */
export const CONFUSABLE_DATA: string =
  '${rows.join(';')}'
`,
)
