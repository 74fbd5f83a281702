/**
 * @module The messages of the privacy page in Spanish.
 */
import { joinList } from '../list.ts'
import { plural } from '../plural.ts'
import type { PrivacyMessages } from '../privacy-messages.ts'

const list = (items: readonly string[]): string => joinList('es', items)
const times = (count: number): string =>
  count === 1 ? '' : ` ${plural('es', count, { one: `${count} vez`, other: `${count} veces` })}`

export const privacy: PrivacyMessages = {
  title: 'Acceso a tu información',
  intro: 'Estos miniprogramas tienen acceso. Puedes detener cualquiera en cualquier momento.',
  empty: 'Ningún miniprograma tiene acceso a tu información.',
  emptyHint: 'Cuando permitas alguno, aquí verás qué puede hacer y podrás detenerlo.',
  can: (titles) => `Puede ${list(titles)}.`,
  withoutAccess: 'Ya no tienen acceso',
  accessEnded: (at) => `El acceso terminó el ${at}.`,
  neverAllowed: 'No permitiste sus solicitudes.',
  exportAll: 'Descargar todo',

  back: 'Atrás',
  since: 'Desde',
  lastUsed: 'Último uso',
  ends: 'Termina',
  neverUsed: 'Nunca',
  endsWhenStopped: 'Cuando lo detengas',
  endsIfUnused: (at) => `Termina el ${at} si no se usa antes.`,
  canDo: 'Qué puede hacer',
  why: 'Por qué',
  withdraw: 'Detener',
  withdrawAll: 'Detener todo',
  withdrawnNotice: (name) => `${name} ya no tiene acceso.`,
  scopeWithdrawn: (title) => `Desactivaste: ${title}.`,
  denied: 'No permitido',
  deniedScopes: (titles) => `No le permitiste ${list(titles)}.`,
  clearDenials: 'Permitir solicitudes de nuevo',
  denialsCleared: (name) => `${name} puede volver a pedirte permiso.`,
  recipient: 'Quién recibe tu información',
  contact: 'Contacto',
  sharedWith: 'También la reciben',
  retention: 'Cuánto tiempo se guarda',
  storedIn: 'Dónde se guarda',
  deletionOnStop: (merchant) =>
    `Cuando detienes todo, pedimos a ${merchant} que borre los datos que tiene.`,
  deletionRequested: (at, merchant) => `El ${at} pedimos a ${merchant} que borrara tus datos.`,
  deletionConfirmed: (at) => `El ${at} confirmó que están borrados.`,
  deletionPending: 'Aún no lo ha confirmado.',

  history: 'Historial',
  historyEmpty: 'Aún no se ha leído nada.',
  historyOlder: 'Las entradas anteriores están en el archivo de «Descargar todo».',
  read: (fields, count) => `Leyó${times(count)}: ${list(fields)}`,
  used: (titles, count) => `Usó${times(count)} su permiso: ${list(titles)}`,
  signedIn: (count) => `Iniciaste sesión${times(count)}`,
  lastAt: (at) => `Última vez: ${at}`,
  decisions: {
    granted: (titles) => `Le permitiste ${list(titles)}`,
    partial: (titles, others) => `Le permitiste ${list(titles)}, pero no ${list(others)}`,
    refused: (_, others) => `No le permitiste ${list(others)}`,
    changed: (titles) => `Aceptaste condiciones nuevas: ${list(titles)}`,
    renewed: (titles) => `Le permitiste de nuevo ${list(titles)}`,
    withdrawn: (titles) => `Desactivaste: ${list(titles)}`,
    expired: (titles) => `Caducó: ${list(titles)}`,
  },

  receipt: 'Recibo',
  events: {
    granted: 'Permitido',
    partial: 'Permitido en parte',
    refused: 'No permitido',
    changed: 'Cambiado',
    renewed: 'Permitido de nuevo',
    withdrawn: 'Desactivado',
    expired: 'Caducado',
  },
  actors: {
    user: 'Tú',
    guardian: 'Tu tutor',
    merchant: 'El comercio',
    operator: 'La billetera',
    system: 'Automático',
  },
  who: 'Quién',
  what: 'Qué',
  when: 'Cuándo',
  decidedBy: 'Lo decidió',
  howLong: 'Por cuánto tiempo',
  howToStop: 'Cómo detenerlo',
  receiptNumber: 'Número de recibo',
  userId: 'Tu ID con este comercio',
  download: 'Descargar',
  technicalDetails: 'Detalles técnicos',
  screenHash: 'SHA-256 de la solicitud que respondiste',
  signature: 'Firma',
  signatureHint: 'La descarga contiene el recibo firmado (JWS). Sus claves públicas están en',
  timesInUtc: 'Las fechas y horas están en UTC.',
}
