"""Authlib at its defaults: sign in, user info, refresh, revoke, and the errors of each step."""

import os
import secrets

import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from joserfc import jwt
from joserfc.jwk import KeySet

ISSUER = os.environ["ISSUER"]
CALLBACK = os.environ["REDIRECT_URI"]


def browser(url):
    """Follows the authorization URL as the user's browser does."""
    return requests.get(os.environ["BROWSER"], params={"url": url}).json()["location"]


def session(secret=os.environ["CLIENT_SECRET"]):
    client = OAuth2Session(
        os.environ["CLIENT_ID"],
        secret,
        scope="openid email",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    )
    # Load balancers add cookies, and the library returns them.
    client.cookies.set("SERVERID", "a1")
    return client


def expect_error(name, call):
    try:
        call()
    except OAuthError as error:
        assert error.error == name, f"{error.error} instead of {name}"
        assert error.description, "the error has no description"
    else:
        raise AssertionError(f"no error instead of {name}")


metadata = requests.get(f"{ISSUER}/.well-known/openid-configuration").json()
client = session()
verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
url, state = client.create_authorization_url(
    metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
)
location = browser(url)
token = client.fetch_token(
    metadata["token_endpoint"],
    authorization_response=location,
    code_verifier=verifier,
    state=state,
)
keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"]).json())
claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
registry = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": os.environ["CLIENT_ID"]},
    nonce={"essential": True, "value": nonce},
)
registry.validate(claims)
print("signs in")

info = client.get(metadata["userinfo_endpoint"]).json()
assert info["sub"] == claims["sub"] and "email" in info
print("reads user info")

first = token["access_token"]
refreshed = client.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
assert refreshed["access_token"] != first
print("refreshes")

unknown, _ = client.create_authorization_url(
    metadata["authorization_endpoint"], code_verifier=verifier, scope="unknown"
)
refusal = browser(unknown)
expect_error(
    "invalid_scope",
    lambda: session().fetch_token(
        metadata["token_endpoint"], authorization_response=refusal, code_verifier=verifier
    ),
)
expect_error(
    "invalid_grant",
    lambda: session().fetch_token(
        metadata["token_endpoint"],
        authorization_response=location,
        code_verifier=verifier,
        state=state,
    ),
)
expect_error(
    "invalid_client",
    lambda: session("wrong").refresh_token(
        metadata["token_endpoint"], refresh_token=refreshed["refresh_token"]
    ),
)
forged = session()
forged.token = {"access_token": "at_x", "token_type": "Bearer"}
refused = forged.get(metadata["userinfo_endpoint"])
assert refused.status_code == 401 and refused.json()["error"] == "invalid_token"
assert 'error="invalid_token"' in refused.headers["www-authenticate"]
for endpoint in ("revocation_endpoint", "introspection_endpoint"):
    call = getattr(session("wrong"), "revoke_token" if endpoint[0] == "r" else "introspect_token")
    refused = call(metadata[endpoint], token=refreshed["refresh_token"])
    assert refused.status_code == 401 and refused.json()["error"] == "invalid_client"
active = client.introspect_token(
    metadata["introspection_endpoint"], token=refreshed["access_token"]
)
assert active.json()["active"] is True
print("understands errors")

response = client.revoke_token(
    metadata["revocation_endpoint"],
    token=refreshed["refresh_token"],
    token_type_hint="refresh_token",
)
assert response.status_code == 200
expect_error(
    "invalid_grant",
    lambda: session().refresh_token(
        metadata["token_endpoint"], refresh_token=refreshed["refresh_token"]
    ),
)
print("revokes")
