"""Creations in sequences of requests begin with the documented example under a new id, so that links lead from records that exist."""

import copy
import uuid

import schemathesis
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ID_MEMBERS = ("id", "clientId", "appId", "walletId", "scope", "name")


def example_of(case):
    content = case.operation.definition.raw.get("requestBody", {}).get("content", {})
    return copy.deepcopy(content.get("application/json", {}).get("example"))


def new_public_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def with_new_id(path, body):
    suffix = uuid.uuid4().hex[:8]
    # An OAuth client and a mini program also name the records that they belong to.
    member = {"/mini-programs": "appId", "/oauth-clients": "clientId", "/apis": "name"}.get(path)
    member = member or next((name for name in ID_MEMBERS if name in body), None)
    if member == "scope":
        body[member] = f"{body[member]}_{suffix}"
    elif member:
        body[member] = f"{body[member]}-{suffix}"
    if "name" in body and member != "name":
        body["name"] = f"{body['name']} {suffix}"
    if path == "/apis":
        body["paths"] = [f"{one}/{suffix}" for one in body["paths"]]
    for key in body.get("keys", []):
        key["publicKey"] = new_public_key()
    return body


@schemathesis.hook
def before_call(context, case, kwargs):
    is_creation = case.method == "POST" and "201" in case.operation.definition.raw["responses"]
    meta = case.meta
    if not is_creation or meta is None or str(meta.phase.name.value) != "stateful":
        return
    if str(meta.generation.mode.value) != "positive" or "{" in case.path:
        return
    body = example_of(case)
    if body is None:
        return
    case.body = with_new_id(case.path, body)
    case.media_type = "application/json"
    case.query = {}
