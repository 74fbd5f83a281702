/**
 * @module The messages of the privacy page in Spanish.
 */
import { plural } from '../plural.ts'
import type { PrivacyMessages } from '../privacy-messages.ts'

export const privacy: PrivacyMessages = {
  title: 'Lo que has permitido',
  empty: 'Ningún miniprograma tiene acceso a tu información.',
  lastRead: (at) => `última lectura ${at}`,
  neverRead: 'aún no se ha leído nada',
  grantedSince: (at) => `desde ${at}`,
  validUntil: (at) => `hasta ${at}`,
  endsIfUnused: (at) => `termina ${at} si no se usa antes`,
  withdraw: 'Detener',
  withdrawAll: 'Detener todo',
  withdrawnNotice: (name) => `${name} ya no tiene acceso.`,
  accessLog: 'Lo que se ha leído',
  accessLogEmpty: 'No se ha leído nada.',
  signedIn: 'iniciaste sesión',
  times: (count) => plural('es', count, { one: `${count} vez`, other: `${count} veces` }),
  denied: 'Rechazado',
  clearDenials: 'Permitir solicitudes de nuevo',
  denialsCleared: (name) => `${name} puede volver a pedirte permiso.`,
  withdrawn: 'Ya no tiene acceso',
  deletionRequested: (at, merchant) => `El ${at} pedimos a ${merchant} que borrara tus datos`,
  deletionConfirmed: (at) => `confirmado el ${at}`,
  receipts: 'Recibos',
  receipt: 'Recibo',
  download: 'Descargar',
  exportAll: 'Descargar todo',
  back: 'Atrás',
  events: {
    granted: 'Permitido',
    partial: 'Permitido en parte',
    refused: 'No permitido',
    changed: 'Cambiado',
    renewed: 'Permitido de nuevo',
    withdrawn: 'Detenido',
    expired: 'Caducado',
  },
  receiptNumber: 'Número de recibo',
  userId: 'Tu ID con este comercio',
  contact: 'Contacto',
  proof: 'Prueba',
}
