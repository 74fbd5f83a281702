/**
 * @module The languages (requirement R069).
 */
import type { Locale } from '../sheet.ts'
import { ar } from './ar.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fil } from './fil.ts'
import { id } from './id.ts'
import { ms } from './ms.ts'
import type { Words } from './words.ts'
import { zh } from './zh.ts'

export const WORDS: Readonly<Record<Locale, Words>> = { en, zh, fil, id, ms, ar, es }
