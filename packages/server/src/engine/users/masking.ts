/**
 * @module Masks values: users recognize their own, but the masked value cannot be used to contact or identify them.
 */

/** `+639171234567` → `+63•••••••567`. Keeps the first digits of the country code and the last three digits. */
export function maskPhone(phone: string): string {
  const kept = phone.startsWith('+') ? 3 : 2
  return phone.slice(0, kept) + '•'.repeat(Math.max(phone.length - kept - 3, 3)) + phone.slice(-3)
}

/** `maria@example.com` → `m••••@example.com` */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@')
  return at < 1 ? '•••' : `${firstCharacter(email)}••••${email.slice(at)}`
}

/** `Maria Santos` → `M•••• S•••••` */
export function maskWords(text: string): string {
  return text
    .split(/\s+/)
    .filter((word) => word.length > 0)
    .map((word) => firstCharacter(word) + '•'.repeat(Math.max([...word].length - 1, 1)))
    .join(' ')
}

/** `1994-05-17` → `1994-••-••` */
export function maskDate(date: string): string {
  return `${date.slice(0, 4)}-••-••`
}

function firstCharacter(text: string): string {
  return [...text][0] ?? ''
}
