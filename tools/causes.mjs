/**
 * Explanation and remedy for each cause of a JSAPI failure. `tools/errors-doc.mjs` writes a page in docs/causes for each.
 */
export const CAUSES = {
  PARAM_INVALID: {
    explanation:
      '`scopes`, `state`, `nonce` or `codeChallenge` does not have the documented shape.',
    remedy:
      'Pass `scopes` as a name, as names separated by commas, or as a list of names and `{ scope, required, lifetime }`. Pass the other options as strings.',
  },
  INTERNAL: {
    explanation:
      'The wallet or Assent failed, or the host received an error that the page cannot handle.',
    remedy:
      'Call again once. If the failure persists, report the `traceId`: it identifies the request in the log of Assent.',
  },
  NOT_PERMITTED: {
    explanation:
      'The wallet does not know this mini program, or has suspended it or its merchant. The failure also occurs when `appId` names another mini program.',
    remedy:
      'Omit `appId`: the host identifies the mini program that calls. Ask the wallet whether your mini program is active.',
  },
  ORIGIN_NOT_REGISTERED: {
    explanation:
      'The page runs at an origin that the wallet has not registered for the mini program: another scheme, host or port, or a frame with `sandbox` and without `allow-same-origin`. The host gives such a page no connection.',
    remedy:
      'Ask the wallet to register the origin in `domains`, for example `https://www.kopi.example` besides `https://kopi.example`. The host of the wallet reports both origins to its developer.',
  },
  SCOPE_NOT_APPROVED: {
    explanation:
      'None of the requested scopes is approved for this mini program. Restricted scopes require a verified mini program.',
    remedy: 'Apply for the scope with the wallet. `authErrorScopes` names each scope.',
  },
  NOT_A_TESTER: {
    explanation:
      'The mini program is not verified, and the user is not one of its registered testers.',
    remedy:
      'Ask the wallet to verify the mini program, or add the user to `testers` (at most 100) during development.',
  },
  FIRST_SCREEN: {
    explanation:
      'The mini program requested consent before the user saw its first page and interacted with it.',
    remedy:
      'Log in on start with the implicit scope `auth_base`. Request more scopes in the handler of the tap that needs them.',
  },
  DEEP_LINK: {
    explanation:
      'The user opened the mini program with a link from elsewhere and has not interacted with it yet. The author of a link must not be able to trigger a consent prompt.',
    remedy:
      'Show the content that the link refers to. Request consent when the user taps an action that needs it.',
  },
  NO_USER_GESTURE: {
    explanation:
      'The last tap in this page is more than 5 seconds ago, or it already opened a consent prompt.',
    remedy:
      'Call `my.getAuthCode` directly in the handler of the tap, not after a timer or a long request.',
  },
  NOT_VISIBLE: {
    explanation: 'The page is in the background, or another view of the wallet covers it.',
    remedy: 'Call when the page is in the foreground.',
  },
  CONSENT_ALREADY_OPEN: {
    explanation:
      'The user already has an open consent prompt, possibly on another device. A prompt without a decision blocks others for one minute.',
    remedy:
      'Wait for the result of the first call. Request all scopes that you need in one prompt.',
  },
  DISMISSED: {
    explanation: 'The user closed the consent prompt without a decision.',
    remedy: 'Continue without the scope. You may call again at the next tap that needs it.',
  },
  GUARDIAN_PENDING: {
    explanation:
      'The user is a minor. The request waits for the guardian, who sees the same consent prompt.',
    remedy:
      'Continue without the scope, and call again later. After the guardian has approved, you receive a code without a prompt.',
  },
  PAGE_GONE: {
    explanation:
      'The page that made the call was reloaded or left, or the wallet closed the mini program, before the result arrived. An open consent prompt closes. No other page receives the code.',
    remedy: 'No action is needed. The next page makes its own call.',
  },
  USER_DECLINED: {
    explanation: 'The user denied the request.',
    remedy:
      'Continue without the scope, and say what does not work without it. The same scope is not shown again for 24 hours.',
  },
  DECLINED_RECENTLY: {
    explanation:
      'The user denied this scope within the last 24 hours. No consent prompt was shown.',
    remedy:
      'Call again after `retryAfterSeconds`, and only when the user starts an action that needs the scope.',
  },
  DECLINED_REPEATEDLY: {
    explanation: 'The user denied this scope three times. No consent prompt is shown any more.',
    remedy:
      'Continue without the scope. If the user wants the feature later, `my.openSetting` opens the settings, where the user can allow another request.',
  },
  NETWORK: {
    explanation: 'The wallet could not reach its own server.',
    remedy: 'Call again.',
  },
  TIMEOUT: {
    explanation:
      'No host connected to the page, the back end of the wallet did not reply, or the consent page did not load, each within its [time limit](../mini-programs.md#time-limits). Outside a wallet, every call ends like this.',
    remedy:
      'Call again. A login with the implicit scope `auth_base` is safe to repeat. If the user has decided on a prompt before, the repeated call returns the result without another prompt.',
  },
}
