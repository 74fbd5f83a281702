/**
 * @module Names that people take for one another, and names that they do not.
 */
import { describe, expect, it } from 'vitest'
import { createNameIndex, looksAlike } from '../../../src/engine/texts/look-alikes.ts'
import { ORDINARY_NAMES } from '../../fixtures/ordinary-names.ts'

const ALIKE: readonly (readonly [string, string])[] = [
  // Case, spaces and punctuation
  ['PayPal', 'paypal'],
  ['PAYPAL', 'PayPal'],
  ['Straße', 'STRASSE'],
  ['ΣΟΦΟΣ', 'Σοφος'],
  ['Kopi House', 'KopiHouse'],
  ['Kopi House', 'Kopi-House'],
  ['Kopi House', 'Kopi – House'],
  ['Kopi House', 'Kopi\u00a0House'],
  ['Kopi House', 'Kopi.House'],
  ['Kopi House', 'Kopi_House'],
  ['Kopi House', '“Kopi House”'],
  ['Kopi House', 'Kopi House™'],
  ['Kopi House', 'Kopi House!'],
  ['McDonald’s', "McDonald's"],
  ['McDonald’s', 'McDonalds'],
  ['7-Eleven', '7Eleven'],
  ['スター・カフェ', 'スターカフェ'],
  ['星 咖啡', '星咖啡'],
  // Letters of the same script, and digits
  ['PayPal', 'PayPaI'],
  ['paypal', 'paypaI'],
  ['PayPal', 'PayPa1'],
  ['PayPal', 'PayPa|'],
  ['Instagram', 'lnstagram'],
  ['INSTAGRAM', 'lnstagram'],
  ['IKEA', 'lkea'],
  ['IBM', 'lBM'],
  ['AI Shop', 'Al Shop'],
  ['Alipay', 'AIipay'],
  ['Alipay', 'A1ipay'],
  ['MAIL', 'MAlL'],
  ['TikTok', 'T1kTok'],
  ['Studio 1', 'Studio l'],
  ['Amazon', 'Arnazon'],
  ['AMAZON', 'arnazon'],
  ['Microsoft', 'Rnicrosoft'],
  ['WeChat', 'VVeChat'],
  ['wallet', 'vvallet'],
  ['Google', 'G00gle'],
  ['Go0gle', 'Google'],
  ['Booking', 'B0oking'],
  ['bank', 'bɑnk'],
  ['Kızıl', 'Kizil'],
  ['facebook', 'ƒacebook'],
  ['Ölçü', 'ÖIçü'],
  // Accents
  ['Café Sol', 'Cafe Sol'],
  ['Nestlé', 'Nestle'],
  ['PayPal', 'PàyPal'],
  ['PayPal', 'PayPaḷ'],
  ['Phở 24', 'Pho 24'],
  ['İstanbul', 'Istanbul'],
  ['Bjørn', 'Bjorn'],
  ['Złoty', 'Zloty'],
  ['Đông Á', 'Dong A'],
  ['Καφές', 'Καφες'],
  ['Ёлка', 'Елка'],
  ['أحمد', 'احمد'],
  ['كِتاب', 'كتاب'],
  ['שָׁלוֹם', 'שלום'],
  // Other scripts
  ['PayPal', 'РауРаl'],
  ['Kopi House', 'Kорi Ноuѕe'],
  ['scope', 'ѕсоре'],
  ['bank', 'вапк'.replace('п', 'n')],
  ['Amazon', 'Аmazon'],
  ['Grab', 'Grаb'],
  ['NIKH', 'ΝΙΚΗ'],
  ['Visa', 'Ⅴisa'],
  ['Apple', 'Ꭺpple'],
  ['Lazada', 'ᏞAZADA'],
  ['Shopee', 'Ѕhopee'],
  ['OVO', 'ОVО'],
  ['Coin', 'Сοin'],
  ['ロータス', '口ータス'],
  ['カフェ', '力フェ'],
  ['ニコ', '二コ'],
  ['エース', '工一ス'],
  ['土佐', '⼟佐'],
  // Other forms of the same letters
  ['PayPal', 'ＰａｙＰａｌ'],
  ['PayPal', '𝐏𝐚𝐲𝐏𝐚𝐥'],
  ['PayPal', 'ⓅⓐⓨⓅⓐⓛ'],
  ['PayPal', 'ᴘᴀʏᴘᴀʟ'],
  ['office', 'oﬃce'],
  ['コーヒー', 'ｺｰﾋｰ'],
  ['葛城', '葛\u{e0100}城'],
  ['Kopi', 'Kop\u00adi'],
]

const DIFFERENT: readonly (readonly [string, string])[] = [
  ['☕', '🍕'],
  ['☕ Kopi', '🍕 Kopi'],
  ['C++', 'C#'],
  ['C++', 'C'],
  ['C#', 'C'],
  ['A&B', 'AB'],
  ['A+', 'A'],
  ['100%', '100'],
  ['1.5', '15'],
  ['Kopi 1', 'Kopi 2'],
  ['10', 'lo'],
  ['Lo', '10'],
  ['Mail', 'Mall'],
  ['MAIL', 'MALL'],
  ['MAIL', 'Mall'],
  ['Bali', 'Ball'],
  ['Fill', 'Fili'],
  ['Ali', 'All'],
  ['Tails', 'Talls'],
  ['Studio I', 'Studio L'],
  ['Ian', 'Lan'],
  ['Kopi House', 'Kopi Horse'],
  ['Grab', 'Crab'],
  ['Bank', 'Tank'],
  ['Cup', 'Cop'],
  ['Sun', 'Son'],
  ['Uber', 'Über Eats'],
  ['Nova', 'Noʻva Plus'],
  ['Clay', 'Day'],
  ['GoPay', 'GoPlay'],
  ['Shop 5', 'Shop S'],
  ['Team', 'Tea'],
  // Accents in both names
  ['Phở Bò', 'Phố Bơ'],
  ['Bán', 'Bàn'],
  ['Má', 'Mã'],
  ['Été', 'Êtê'],
  // Vowels and marks of other scripts
  ['कमल', 'कमाल'],
  ['दिन', 'दीन'],
  ['दुख', 'दुःख'],
  ['मेल', 'मैल'],
  ['बाल', 'बल'],
  ['चाय', 'चाया'],
  ['কলা', 'কালা'],
  ['দিন', 'দীন'],
  ['கல்', 'கால்'],
  ['மலை', 'மாலை'],
  ['பால்', 'பல்'],
  ['కల', 'కాల'],
  ['ಕಲ', 'ಕಾಲ'],
  ['കല', 'കാല'],
  ['ਦਿਨ', 'ਦੀਨ'],
  ['ગુજરાત', 'ગજરાત'],
  ['ගම', 'ගාම'],
  ['กา', 'กี'],
  ['มา', 'ม้า'],
  ['ปลา', 'ปล่า'],
  ['ໄກ', 'ໄກ່'],
  ['ကား', 'ကာ'],
  ['កា', 'កី'],
  ['བོད', 'བད'],
  ['はし', 'はじ'],
  ['かき', 'がき'],
  ['びょういん', 'びよういん'],
  ['おばさん', 'おばあさん'],
  ['가방', '거방'],
  ['사랑', '사람'],
  ['银行', '很行'],
  ['мой', 'мои'],
  ['кот', 'код'],
  ['بيت', 'بنت'],
  ['כלב', 'חלב'],
  ['ሰላም', 'ሰለም'],
  ['Հաց', 'Հայ'],
  ['დედა', 'მამა'],
  // Numbers of other scripts
  ['१', '२'],
  ['๑', '๒'],
]

describe(looksAlike, () => {
  it.each(ALIKE)('%s looks like %s', (one, other) => {
    expect([looksAlike(one, other), looksAlike(other, one)]).toEqual([true, true])
  })

  it.each(DIFFERENT)('%s does not look like %s', (one, other) => {
    expect([looksAlike(one, other), looksAlike(other, one)]).toEqual([false, false])
  })
})

describe('ordinary names', () => {
  it('are not taken for one another', () => {
    const index = createNameIndex<string>()
    const names = Object.values(ORDINARY_NAMES).flat()
    for (const name of names) index.add(name, name)
    const confused = names.map((name) => index.find(name)).filter(({ length }) => length > 1)
    expect(confused).toEqual([])
  })
})

describe(createNameIndex, () => {
  it('finds the owners of all names that look alike, in the order in which they were added', () => {
    const index = createNameIndex<number>()
    for (const [owner, name] of ['Kopi House', 'Tea', 'KOPI-HOUSE', 'Kорi Ноuѕe'].entries())
      index.add(name, owner)
    expect(index.find('kopihouse')).toEqual([0, 2, 3])
    expect(index.find('Cocoa')).toEqual([])
  })
})
