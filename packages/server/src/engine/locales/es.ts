/**
 * @module The messages in Spanish.
 */
import type { Messages } from './messages.ts'
import { privacy } from './privacy/es.ts'

const recognize = {
  title: 'reconocerte cuando vuelvas',
  description: 'Un identificador propio para este comercio. No dice nada de ti.',
}
const profile = {
  title: 'ver tu perfil básico',
  description: 'Tu apodo, foto, género y país, para saludarte y completar tu cuenta.',
}
const identity = {
  title: 'ver tu identidad verificada',
  description: 'Nombre, fecha de nacimiento, nacionalidad y dirección que la billetera verificó.',
}

export const es: Messages = {
  direction: 'ltr',
  consent: {
    request: { before: '', after: ' quiere' },
    verified: 'verificado',
    notVerified: 'sin verificar',
    forMinor: 'Decides por un menor a tu cargo.',
    required: 'Obligatorio',
    alternative: 'Compartir menos',
    duration: 'Por cuánto tiempo',
    lifetimes: {
      once: 'Solo una vez',
      '30d': '30 días',
      until_withdrawn: 'Hasta que lo desactive',
    },
    receivedBy: (merchant) => `${merchant} lo recibe.`,
    sharedWith: (recipients) => `También se entrega a ${recipients}.`,
    howToWithdraw: (wallet, settingsPath) =>
      `Puedes detenerlo en cualquier momento en ${wallet} › ${settingsPath}.`,
    policy: 'Política de privacidad',
    terms: 'Condiciones',
    allow: 'Permitir',
    decline: 'No permitir',
    nothingSelected: 'Activa lo que quieras permitir o elige «No permitir».',
    close: 'Volver',
  },
  privacy,
  status: {
    done: { title: 'Listo', text: 'Puedes volver a donde estabas.' },
    unknown: {
      title: 'Esta solicitud caducó o ya fue respondida',
      text: 'Vuelve y empieza de nuevo desde el miniprograma.',
    },
    expired: {
      title: 'Esta pregunta ha caducado',
      text: 'Estuvo abierta más de diez minutos. No se compartió nada.',
    },
    used: {
      title: 'Ya has respondido',
      text: 'Cada pregunta se responde una vez. Empieza de nuevo desde el miniprograma.',
    },
    failed: {
      title: 'No ha funcionado',
      text: 'No se compartió nada. Vuelve e inténtalo otra vez.',
    },
    linkExpired: {
      title: 'Esta página se ha cerrado',
      text: 'Solo se abre una vez. Ábrela de nuevo desde tu billetera.',
    },
  },
  scopes: {
    auth_base: recognize,
    USER_ID: recognize,
    BASE_USER_INFO: recognize,
    auth_user: profile,
    USER_INFO: profile,
    USER_NICKNAME: { title: 'ver tu apodo', description: 'Para saludarte con él.' },
    USER_NAME: {
      title: 'ver tu nombre completo',
      description: 'Como figura en tu billetera, para pedidos y entregas a tu nombre.',
    },
    USER_AVATAR: { title: 'ver tu foto', description: 'Para mostrarla en tu cuenta.' },
    USER_GENDER: { title: 'ver tu género', description: 'Para dirigirse a ti como corresponde.' },
    USER_BIRTHDAY: {
      title: 'ver tu fecha de nacimiento',
      description: 'Día, mes y año, para comprobar tu edad o felicitarte.',
    },
    USER_AGE_OVER_18: {
      title: 'ver si eres mayor de 18',
      description: 'Solo sí o no, no tu fecha de nacimiento.',
    },
    USER_NATIONALITY: {
      title: 'ver tu nacionalidad',
      description: 'Para ofrecerte lo que está disponible para ti.',
    },
    USER_LOGIN_ID: {
      title: 'ver tu usuario casi todo oculto',
      description: 'Basta para que reconozcas tu cuenta, no para contactarte.',
    },
    PLAINTEXT_USER_LOGIN_ID: {
      title: 'ver tu usuario',
      description: 'El teléfono o correo completo con el que entras, para encontrar tu cuenta.',
    },
    HASH_LOGIN_ID: {
      title: 'reconocer tu usuario',
      description:
        'Un código hecho con tu usuario. Encuentra una cuenta que ya tienes sin mostrarlo.',
    },
    USER_CONTACTINFO: {
      title: 'ver tu teléfono y tu correo',
      description: 'Los dos completos, para avisarte de tus pedidos.',
    },
    USER_MOBILE_PHONE: {
      title: 'ver tu teléfono casi todo oculto',
      description: 'Basta para que lo reconozcas, no para llamarte.',
    },
    RELAY_MOBILE_PHONE: {
      title: 'llamarte a través de tu billetera',
      description: 'Un número que llega a ti sin mostrar el tuyo.',
    },
    PLAINTEXT_MOBILE_PHONE: {
      title: 'ver tu teléfono',
      description: 'El número completo, para avisarte de tus pedidos.',
    },
    USER_EMAIL: {
      title: 'ver tu correo en parte oculto',
      description: 'Basta para que lo reconozcas, no para escribirte.',
    },
    RELAY_EMAIL: {
      title: 'escribirte a través de tu billetera',
      description: 'Un correo que llega a ti sin mostrar el tuyo.',
    },
    PLAINTEXT_EMAIL_ADDRESS: {
      title: 'ver tu correo',
      description: 'La dirección completa, para enviarte recibos y noticias de tus pedidos.',
    },
    USER_ADDRESS: {
      title: 'ver la dirección de tu casa',
      description: 'Para entregarte y mostrar lo que está cerca.',
    },
    USER_CITY: {
      title: 'ver en qué ciudad vives',
      description: 'Solo la ciudad, no tu dirección.',
    },
    USER_SHIPPING_ADDRESS: {
      title: 'ver tu dirección de envío',
      description: 'Para entregar lo que pides.',
    },
    USER_INFO_EKYC: identity,
    KYC_INFO: identity,
    USER_KYC_STATUS: {
      title: 'ver si tu identidad está verificada',
      description: 'Solo sí o no, ninguno de tus documentos.',
    },
    SEND_MESSAGE: {
      title: 'enviarte mensajes en la billetera',
      description: 'Sobre tus pedidos y reservas.',
    },
    NOTIFICATION_INBOX: {
      title: 'dejar mensajes en tu buzón de la billetera',
      description: 'Los lees cuando quieres.',
    },
    NOTIFICATION_PUSH: {
      title: 'enviarte notificaciones',
      description: 'Aparecen al momento en tu teléfono.',
    },
    CARD_LIST: {
      title: 'ver las tarjetas de tu billetera',
      description: 'Su nombre y las cuatro últimas cifras, para ofrecerlas al pagar.',
    },
    AGREEMENT_PAY: {
      title: 'cobrarte sin preguntar cada vez',
      description: 'Por lo que has contratado, hasta que lo detengas.',
    },
  },
  fields: {
    userId: 'tu ID con este comercio',
    status: 'estado de tu cuenta',
    nickName: 'apodo',
    userName: 'nombre completo',
    avatar: 'foto',
    gender: 'género',
    birthDate: 'fecha de nacimiento',
    'age.over18': 'si eres mayor de 18',
    nationality: 'nacionalidad',
    'loginId.masked': 'usuario, en parte oculto',
    'loginId.hash': 'código de tu usuario',
    'loginId.plain': 'usuario',
    'mobilePhone.masked': 'teléfono, en parte oculto',
    'mobilePhone.plain': 'teléfono',
    'mobilePhone.relay': 'teléfono de enlace',
    'email.masked': 'correo, en parte oculto',
    'email.plain': 'correo',
    'email.relay': 'correo de enlace',
    address: 'dirección de casa',
    'address.city': 'ciudad',
    shippingAddress: 'dirección de envío',
    kycStatus: 'si tu identidad está verificada',
  },
}
