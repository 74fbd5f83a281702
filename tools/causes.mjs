/**
 * What has happened and what to do, for every cause of the JSAPI: a page each in docs/causes.
 */
export const CAUSES = {
  PARAM_INVALID: {
    happened:
      '`scopes`, `state`, `nonce` or `codeChallenge` is not of the shape that is documented.',
    fix: 'Give `scopes` as a name, as names with commas, or as a list of names and `{ scope, required, lifetime }`; the others as text.',
  },
  INTERNAL: {
    happened:
      'The wallet or Assent has failed, or the host has an answer that the page can do nothing about.',
    fix: 'Try again once. When it persists, report the `traceId`: the log of Assent has a line of that name.',
  },
  NOT_PERMITTED: {
    happened:
      'The wallet does not know this mini program, has suspended it or its merchant, or the page said that it is another one.',
    fix: 'Leave `appId` out: the host says which mini program calls. Ask the wallet whether yours is active.',
  },
  SCOPE_NOT_APPROVED: {
    happened:
      'None of the scopes that were asked for is approved for this mini program. A restricted one is not, as long as the mini program is not verified.',
    fix: 'Apply for the scope with the wallet. `authErrorScopes` names each.',
  },
  NOT_A_TESTER: {
    happened: 'The mini program is not verified, and the user is none of its named testers.',
    fix: 'Have the wallet verify it, or add the user to `testers` (at most 100) while you build.',
  },
  FIRST_SCREEN: {
    happened: 'A sheet was asked for before the user has seen the mini program and acted in it.',
    fix: 'Log in silently on start, with `auth_base`. Ask for more in the handler of the tap that needs it.',
  },
  DEEP_LINK: {
    happened:
      'The user came by a link from elsewhere and has not acted here yet: whoever made the link must not make the question.',
    fix: 'Show what the link leads to. Ask when the user taps what needs it.',
  },
  NO_USER_GESTURE: {
    happened:
      'The last tap in this page is more than 5 seconds ago, or has opened a sheet already.',
    fix: 'Call `my.getAuthCode` in the handler of the tap itself, not after a timer or a long request.',
  },
  NOT_VISIBLE: {
    happened: 'The page is in the background, or something of the wallet covers it.',
    fix: 'Ask when the page is in the foreground.',
  },
  CONSENT_ALREADY_OPEN: {
    happened:
      'The user has a sheet open already, perhaps on another device. One that was left without an answer counts for a minute.',
    fix: 'Wait for the answer to the first call. Ask for all that you need on one sheet.',
  },
  DISMISSED: {
    happened: 'The user has closed the sheet without a choice.',
    fix: 'Go on without. You may ask again at the next tap that needs it.',
  },
  GUARDIAN_PENDING: {
    happened: 'The user is a minor. The question waits for the guardian, who sees the same sheet.',
    fix: 'Go on without, and ask again later: when the guardian has allowed it, you get a code without a sheet.',
  },
  PAGE_GONE: {
    happened:
      'The page that asked was left before the answer came. What it asked for is given to no other page.',
    fix: 'Nothing: the page is not there any more. The next one asks for itself.',
  },
  USER_DECLINED: {
    happened: 'The user has refused.',
    fix: 'Go on without, and say what does not work. The same scope is not shown again for 24 hours.',
  },
  DECLINED_RECENTLY: {
    happened: 'The user has refused this within the last 24 hours. No sheet was shown.',
    fix: 'Ask again after `retryAfterSeconds`, and only when the user wants what needs it.',
  },
  DECLINED_REPEATEDLY: {
    happened: 'The user has refused this three times. No sheet is shown any more.',
    fix: 'Go on without. If the user wants it after all, `my.openSetting` shows where to allow that you ask again.',
  },
  NETWORK: {
    happened: 'The wallet could not reach its own server.',
    fix: 'Try again.',
  },
  TIMEOUT: {
    happened: 'No answer came in time.',
    fix: 'Try again. A silent login is safe to repeat.',
  },
}
