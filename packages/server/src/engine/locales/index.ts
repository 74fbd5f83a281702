/**
 * @module The messages of all languages.
 */
import type { Locale } from '../consent/prompt.ts'
import { ar } from './ar.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fil } from './fil.ts'
import { id } from './id.ts'
import type { Messages } from './messages.ts'
import { ms } from './ms.ts'
import { zh } from './zh.ts'

export const MESSAGES: Readonly<Record<Locale, Messages>> = { en, zh, fil, id, ms, ar, es }
