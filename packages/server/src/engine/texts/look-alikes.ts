/**
 * @module Which names people take for one another: the same letters in other case, characters that look alike, other spaces and
 * punctuation, and Latin names with and without accents.
 * @see [UTS #39 §4](https://www.unicode.org/reports/tr39/#Confusable_Detection), docs/configuration.md#names-that-look-alike
 */
import { CONFUSABLE_DATA } from './confusable-data.ts'

/** What a name is compared by. */
type NameKeys = {
  /** How the name can be read. Two names look alike when they share one. */
  readonly readings: ReadonlySet<string>
  /** The same without the accents that are often left out, as in “Cafe”. */
  readonly plainReadings: ReadonlySet<string>
}

/** Finds names that look like others. `T` says whose name it is. */
export interface NameIndex<T> {
  add(name: string, owner: T): void
  /** @returns the owners of the names that look like this one, in the order in which they were added */
  find(name: string): readonly T[]
}

export function createNameIndex<T>(): NameIndex<T> {
  const owners: T[] = []
  const byReading = new Map<string, number[]>()
  const byPlainReading = new Map<string, number[]>()
  const addTo = (map: Map<string, number[]>, key: string, index: number): void => {
    map.set(key, [...(map.get(key) ?? []), index])
  }
  return {
    add(name, owner) {
      const index = owners.push(owner) - 1
      const { readings, plainReadings } = keysOf(name)
      for (const key of readings) addTo(byReading, key, index)
      for (const key of plainReadings) addTo(byPlainReading, key, index)
    },
    find(name) {
      const { readings, plainReadings } = keysOf(name)
      // Names that both have accents are compared with them: “Phở Bò” is not “Phố Bơ”.
      const found = [
        ...[...readings].flatMap((key) => byReading.get(key) ?? []),
        ...[...readings].flatMap((key) => byPlainReading.get(key) ?? []),
        ...[...plainReadings].flatMap((key) => byReading.get(key) ?? []),
      ]
      return [...new Set(found)]
        .sort((one, other) => one - other)
        .flatMap((index) => owners[index] ?? [])
    },
  }
}

/** Whether people can take one name for the other. */
export function looksAlike(one: string, other: string): boolean {
  const index = createNameIndex<true>()
  index.add(one, true)
  return index.find(other).length > 0
}

/**
 * What a name can be looked up by. Names that look alike have at least one of these in common; names that have one in common need not
 * look alike.
 */
export function nameReadings(name: string): ReadonlySet<string> {
  const { readings, plainReadings } = keysOf(name)
  return new Set([...readings, ...plainReadings])
}

function keysOf(name: string): NameKeys {
  const readings = readingsOf(name)
  const plain = withoutAccents(name)
  return { readings, plainReadings: plain === name ? readings : readingsOf(plain) }
}

/** Signs that are left out when people say or type a name. Operators such as + and # are not: C++ is not C#. */
const LEFT_OUT =
  /(?![#%&*@])(?=[\p{sc=Zyyy}\p{sc=Zinh}])[\p{Z}\p{P}\p{Default_Ignorable_Code_Point}]|[™®©℠´`¨]/gu

/** A point or comma inside a number. */
const INSIDE_NUMBER = /(?<=\d)[.,](?=\d)/g
const KEPT_POINT = '\ue000'

function readingsOf(name: string): ReadonlySet<string> {
  const text = separateWords(name)
  const joined = text.replaceAll(' ', '')
  if (joined === '') return new Set([name.normalize('NFKC')])
  const words = text.split(' ')
  const join = (read: (word: string) => string): string => words.map(read).join('')
  return new Set([
    // Exactly as it looks, and with I as l. The signs in front keep these readings apart from the others.
    `=${skeletonOf(joined)}`,
    `~${join((word) => readWord(asTitle(word), foldCaseExceptL))}`,
    join((word) => readWord(foldCase(word))),
    join((word) => readWord(foldCase(word).replaceAll(/[1|]/g, 'i'))),
  ])
}

/** Words without punctuation, separated by single spaces. */
function separateWords(name: string): string {
  return name
    .normalize('NFC')
    .replaceAll(INSIDE_NUMBER, KEPT_POINT)
    .replaceAll(LEFT_OUT, ' ')
    .normalize('NFKC')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** The skeleton without case. A number stays a number: 10 is not “lo”. */
function readWord(word: string, fold = foldCase): string {
  return /^\p{Nd}+$/u.test(word) ? word : fold(skeletonOf(word))
}

/**
 * A word in capitals as it is written otherwise, with a capital at its start only. Beside small letters a capital I looks like an l:
 * PayPaI, and lkea for Ikea. In MAIL it is an i.
 */
function asTitle(word: string): string {
  const letters = word.replaceAll('l', 'I')
  const isInCapitals = /^[^\p{Ll}]*$/u.test(letters) && /\p{Lu}/u.test(word)
  if (!isInCapitals) return word
  const [first = '', ...rest] = letters
  return (rest.length > 0 ? first : foldCase(first)) + foldCase(rest.join(''))
}

/** Full case folding as far as `toUpperCase` knows it: ß is ss, both small sigmas are one. */
function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC')
}

/** A capital L is no look-alike of a capital I: Ian is not Lan. */
function foldCaseExceptL(text: string): string {
  return text.split('L').map(foldCase).join('L')
}

/** What the characters look like: equal for texts that cannot be told apart (UTS #39). */
function skeletonOf(text: string): string {
  return [...text.normalize('NFD')]
    .map((character) => CONFUSABLES.get(character) ?? character)
    .join('')
    .normalize('NFD')
    .replaceAll('vv', 'w')
    .replaceAll(SMALL_CAPITALS, (letter) => SMALL_CAPITAL_LETTERS.get(letter) ?? letter)
}

const CONFUSABLES: ReadonlyMap<string, string> = new Map(
  CONFUSABLE_DATA.split(';').flatMap((row) => {
    const [target = '', sources = ''] = row.split('=')
    const lookedLike = target.split('+').map(fromHex).join('')
    return sources.split(' ').map((source) => [fromHex(source), lookedLike] as const)
  }),
)

function fromHex(codePoint: string): string {
  return String.fromCodePoint(Number.parseInt(codePoint, 16))
}

/** Small capitals, which Cyrillic small letters look like. UTS #39 keeps them apart from Latin letters. */
const SMALL_CAPITAL_LETTERS: ReadonlyMap<string, string> = new Map(
  [...'ᴀʙᴅᴇɢʜɪᴊᴋĸʟᴍɴᴘʀᴛʏ'].map((letter, index) => [
    letter,
    ['a', 'b', 'd', 'e', 'g', 'h', 'i', 'j', 'k', 'k', 'l', 'rn', 'n', 'p', 'r', 't', 'y'][index] ??
      letter,
  ]),
)
const SMALL_CAPITALS = new RegExp(`[${[...SMALL_CAPITAL_LETTERS.keys()].join('')}]`, 'g')

/**
 * Accents of Latin and Greek letters, the dots of ё, vowel points of Hebrew and Arabic. Marks of other scripts are letters to
 * their readers: they stay.
 */
const ACCENTS =
  /(?<=[\p{sc=Latn}\p{sc=Grek}]\p{Mn}*)\p{Mn}|(?<=[Ее])\u0308|[\u0591-\u05c7\u064b-\u0652\u0670]|(?<=\u0627)[\u0653-\u0655]/gu

function withoutAccents(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(ACCENTS, '')
    .replaceAll(/\p{sc=Latn}/gu, withoutBar)
}

/** The bar of ø, đ and ł is part of the letter. In its skeleton it is a mark. */
function withoutBar(letter: string): string {
  const [base = letter, mark = '', ...more] = CONFUSABLES.get(letter) ?? letter
  return /^\p{Mn}$/u.test(mark) && more.length === 0 ? base : letter
}
