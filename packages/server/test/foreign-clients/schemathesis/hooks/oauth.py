"""Half of the forms have valid credentials. Without them, nearly every request would fail at the first check."""

import json
import os

import schemathesis

with open(os.environ["OAUTH_CREDENTIALS"], encoding="utf8") as file:
    CREDENTIALS = json.load(file)

# Work once.
CODES = CREDENTIALS.pop("code")
INITIAL_TOKENS = CREDENTIALS.pop("initialAccessToken")


def is_positive(case):
    return case.meta is not None and str(case.meta.generation.mode.value) == "positive"


@schemathesis.hook
def before_call(context, case, kwargs):
    if not is_positive(case):
        return
    if isinstance(case.body, dict) and len(case.body) % 2 == 0:
        case.body = {name: CREDENTIALS.get(name, value) for name, value in case.body.items()}
        if case.body.get("grant_type") == "authorization_code" and CODES:
            case.body["code"] = CODES.pop()
    if case.method == "POST" and case.path == "/oauth2/register" and INITIAL_TOKENS:
        case.headers["Authorization"] = f"Bearer {INITIAL_TOKENS.pop()}"
