/**
 * What happened and what to do, for every cause of the JSAPI. tools/errors-doc.mjs writes a page for each and fails if one is missing.
 * @satisfies {Record<import('@assent/protocol').JsapiCause, { happened: string, fix: string }>}
 */
export const CAUSES = {
  PARAM_INVALID: {
    happened: '`scopes`, `state`, `nonce` or `codeChallenge` does not have the documented format.',
    fix: 'Pass `scopes` as a name, as names separated by commas, or as a list of names and `{ scope, required, lifetime }`. Pass the others as strings.',
  },
  INTERNAL: {
    happened:
      'The wallet or Assent failed, or the host received a response that the page cannot handle.',
    fix: 'Try again once. If the error persists, report the `traceId`: it identifies the line in the log of Assent.',
  },
  NOT_PERMITTED: {
    happened:
      'The wallet does not know this mini program or has suspended it or its merchant, or the page passed the `appId` of another mini program.',
    fix: 'Omit `appId`: the host knows which mini program calls. Ask the wallet whether your mini program is active.',
  },
  SCOPE_NOT_APPROVED: {
    happened:
      'The mini program is not approved for any of the requested scopes. Restricted scopes are not available while the mini program is not verified.',
    fix: 'Apply for the scopes with the wallet. `authErrorScopes` lists each of them.',
  },
  NOT_A_TESTER: {
    happened: 'The mini program is not verified, and the user is not one of its named testers.',
    fix: 'Have the wallet verify the mini program. During development, add the user to `testers` (at most 100).',
  },
  FIRST_SCREEN: {
    happened: 'Consent was requested before the user has seen the mini program and acted in it.',
    fix: 'Log in on start with `auth_base`, which shows no prompt. Request more in the handler of the tap that needs it.',
  },
  DEEP_LINK: {
    happened:
      'The user came by a link from elsewhere and has not acted here yet. The author of a link must not be able to trigger a consent prompt.',
    fix: 'Show the page that the link leads to. Request consent when the user taps the control that needs it.',
  },
  NO_USER_GESTURE: {
    happened:
      'The last tap in this page is more than 5 seconds ago, or has already opened a consent prompt.',
    fix: 'Call `my.getAuthCode` in the handler of the tap, not after a timer or a long request.',
  },
  NOT_VISIBLE: {
    happened: 'The page is in the background, or the wallet shows something in front of it.',
    fix: 'Request consent when the page is in the foreground.',
  },
  CONSENT_ALREADY_OPEN: {
    happened:
      'The user already has a consent prompt open, perhaps on another device. A prompt without a decision counts as open for a minute.',
    fix: 'Wait for the result of the first call. Request all scopes that you need in one prompt.',
  },
  DISMISSED: {
    happened: 'The user closed the consent prompt without a decision.',
    fix: 'Continue without the data. You may request it at the next tap that needs it.',
  },
  GUARDIAN_PENDING: {
    happened: 'The user is a minor. The guardian sees the same prompt and has not decided yet.',
    fix: 'Continue without the data, and call again later. Once the guardian has approved, you get a code without a prompt.',
  },
  PAGE_GONE: {
    happened:
      'The user left the page that requested consent before the decision arrived. No other page gets the result.',
    fix: 'Nothing: the page no longer exists. The next page requests consent itself.',
  },
  USER_DECLINED: {
    happened: 'The user declined.',
    fix: 'Continue without the data, and explain what does not work. The same scope is not shown again for 24 hours.',
  },
  DECLINED_RECENTLY: {
    happened: 'The user declined this within the last 24 hours. No prompt was shown.',
    fix: 'Call again after `retryAfterSeconds`, and only when the user starts the action that needs it.',
  },
  DECLINED_REPEATEDLY: {
    happened: 'The user declined this three times. No prompt is shown any more.',
    fix: 'Continue without the data. `my.openSetting` shows the user where to allow further requests.',
  },
  NETWORK: {
    happened: 'The wallet could not reach its own server.',
    fix: 'Try again.',
  },
  TIMEOUT: {
    happened: 'No response arrived in time.',
    fix: 'Try again. A login with `auth_base` is safe to repeat.',
  },
}
