// @ts-check
// Script of the administrators' pages: creates and uses passkeys. The token of an invitation is the fragment of the URL, which browsers
// send to no server, so no log has it.

/** @type {any} */
const main = document.querySelector('main')
const button = /** @type {HTMLButtonElement | null} */ (document.querySelector('#passkey'))
const alertBox = document.querySelector('[role="alert"]')

/** @param {string} text */
function show(text) {
  if (alertBox) alertBox.textContent = text
}

/** @param {string} path @param {object} body @returns {Promise<any>} */
async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const reply = await response.json().catch(() => ({}))
  if (response.ok) return reply
  throw new Error(reply.detail || 'The server did not respond. Try again.')
}

/** @param {string} path @param {object} more @param {(options: any) => Promise<any>} ask */
async function runCeremony(path, more, ask) {
  const options = await post(`${path}/options`, more)
  const credential = await ask(options)
  if (!credential) throw new Error('No passkey was chosen.')
  const { location: next } = await post(path, { ...more, credential: credential.toJSON() })
  location.replace(next)
}

const ceremonies = {
  signIn: () =>
    runCeremony('/admin/sign-in/passkey', {}, (options) =>
      navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
      }),
    ),
  invitation: () =>
    runCeremony('/admin/invitation', { token: location.hash.slice(1) }, (options) =>
      navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
      }),
    ),
}

/** @param {any} error */
function messageOf(error) {
  if (error.name === 'NotAllowedError') return 'No passkey was used. Try again.'
  if (error.name === 'InvalidStateError')
    return 'This device has a passkey for this account already.'
  return error.message
}

if (button) {
  const supported =
    typeof PublicKeyCredential === 'function' &&
    'parseCreationOptionsFromJSON' in PublicKeyCredential
  button.disabled = !supported
  if (!supported)
    show('This browser has no passkeys. Use a current version of Chrome, Edge, Firefox or Safari.')
  button.addEventListener('click', () => {
    button.disabled = true
    show('')
    ceremonies[main.dataset.ceremony]().catch((/** @type {any} */ error) => {
      button.disabled = false
      show(messageOf(error))
    })
  })
}
