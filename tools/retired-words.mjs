/**
 * Fails on names and phrases that the project no longer uses. The list, `retired-words.json`, has the standard term to write instead.
 */
import { listFiles, read } from './sources.mjs'

const { identifiers, files, phrases } = JSON.parse(read('tools/retired-words.json'))

/**
 * These may name what was: the list itself, the table of renamed settings, migrations that were applied before the renaming, and the
 * code and tests that read what earlier versions wrote.
 */
const EXEMPT =
  /^(tools\/retired-words\.|CHANGELOG\.md$|bench\/results\/|packages\/server\/migrations\/|packages\/server\/src\/engine\/locales\/|packages\/server\/src\/revocation\/log-backup|packages\/server\/test\/(revocation\/log-backup|stores\/migration))/

const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const oneOf = (words) => Object.keys(words).map(escaped).join('|')
/** A whole name: `KEPT`, but not `KEPT_ALIVE`. */
const IDENTIFIER = new RegExp(`(?<![\\w$-])(?:${oneOf(identifiers)})(?![\\w$])`, 'g')
const PHRASE = new RegExp(`(?<![\\w])(?:${oneOf(phrases)})(?![a-z])`, 'gi')

function inText(file) {
  return read(file)
    .split('\n')
    .flatMap((line, index) => {
      const found = [
        ...[...line.matchAll(IDENTIFIER)].map(([word]) => [word, identifiers[word]]),
        ...[...line.matchAll(PHRASE)].map(([text]) => [text, phrases[text.toLowerCase()] ?? '']),
      ]
      return found.map(([word, instead]) => `${file}:${index + 1}: "${word}": write ${instead}`)
    })
}

/** File and folder names, without what follows the first dot. */
function inPath(file) {
  const names = file.split('/').map((name) => name.split('.')[0])
  const retired = names.filter((name) => Object.hasOwn(files, name))
  return retired.map((name) => `${file}: "${name}": name it ${files[name]}`)
}

const checked = listFiles(/\.(md|tsx?|m?js|css|ya?ml|cfg|service|sql)$|^\.ci\//).filter(
  (file) => !EXEMPT.test(file),
)
const hits = checked.flatMap((file) => [...inPath(file), ...inText(file)])
for (const hit of hits) console.error(hit)
const count = [identifiers, files, phrases].reduce(
  (sum, words) => sum + Object.keys(words).length,
  0,
)
console.log(`${checked.length} files, ${count} retired words, ${hits.length} hits`)
process.exit(hits.length > 0 ? 1 : 0)
