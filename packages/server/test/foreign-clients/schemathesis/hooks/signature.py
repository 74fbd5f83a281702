"""Signs each request of the merchant API and of the wallet API, over the bytes that are sent (docs/merchant-api.md#signature-format)."""

import base64
import itertools
import os

import schemathesis
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from requests.auth import AuthBase
from schemathesis.core.parameters import ParameterLocation

CLIENT_ID = os.environ["SIGNING_CLIENT_ID"]
KEY_VERSION = os.environ["SIGNING_KEY_VERSION"]
# The clock of the server stands still: its second, to which each request adds a fraction of its own.
SECOND, ZONE = os.environ["SIGNING_TIME"][:19], os.environ["SIGNING_TIME"][19:]
KEY = serialization.load_pem_private_key(os.environ["SIGNING_KEY"].encode(), None)
NUMBERS = itertools.count(1)


class Signature(AuthBase):
    def __call__(self, request):
        body = request.body or b""
        content = body if isinstance(body, bytes) else body.encode()
        time = f"{SECOND}.{next(NUMBERS):09d}{ZONE}"
        signed = f"{request.method} {request.path_url}\n{CLIENT_ID}.{time}.".encode() + content
        signature = KEY.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        request.headers["Client-Id"] = CLIENT_ID
        request.headers["Request-Time"] = time
        text = base64.b64encode(signature).decode()
        request.headers["Signature"] = f"algorithm=RSA256, keyVersion={KEY_VERSION}, signature={text}"
        return request


schemathesis.auth.set_from_requests(Signature())


# Credentials by the name of their member. Without them, nearly every request would fail at the first check.
VALUES = {name.removeprefix("VALUE_"): value for name, value in os.environ.items() if name.startswith("VALUE_")}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Half of the valid bodies have valid credentials."""
    is_positive = case.meta is not None and str(case.meta.generation.mode.value) == "positive"
    if is_positive and isinstance(case.body, dict) and len(str(case.body)) % 2 == 0:
        case.body = {
            name: VALUES.get(name, value) if isinstance(value, str) else value for name, value in case.body.items()
        }


@schemathesis.check
def result_of_refusal(ctx, response, case):
    """A body that the schema does not permit is refused, with a result."""
    if case.meta is None or not case.meta.is_negative_at(ParameterLocation.BODY) or response.status_code != 200:
        return
    # null counts as absent, and content types are not checked: clients of this family send unusual values.
    media_type = response.request.headers.get("Content-Type", "")
    if "null" in str(response.request.body) or not media_type.startswith("application/json"):
        return
    status = response.json()["result"]["resultStatus"]
    assert status != "S", f"The reply to an invalid body has the result {status}"
