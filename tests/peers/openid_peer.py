"""A relying party's checks by the package `authlib`: its claims of ID tokens (OpenID Connect Core sections 3.1.3.7, 3.2.2.11 and 3.3.2.12).
Reads an order (JSON) from standard input and answers in one line of JSON."""

import json
import sys
import time

from authlib.oidc.core import CodeIDToken, HybridIDToken, ImplicitIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

order = json.load(sys.stdin)
KINDS = {"code": CodeIDToken, "implicit": ImplicitIDToken, "hybrid": HybridIDToken}


def read(kind, id_token, algorithm, nonce, access_token=None, code=None):
    """The claims, or why they are refused."""
    token = jwt.decode(id_token, KeySet.import_key_set(order["jwks"]), algorithms=[algorithm])
    params = {"nonce": nonce, "client_id": order["client_id"], "access_token": access_token, "code": code}
    options = {"iss": {"values": [order["issuer"]]}, "aud": {"values": [order["client_id"]]}}
    claims = KINDS[kind](token.claims, token.header, options, {name: value for name, value in params.items() if value})
    try:
        claims.validate(now=int(time.time()))
        return {"value": dict(claims)}
    except Exception as error:  # each of their errors is one of another class
        return {"refused": str(error)}


print(json.dumps([read(**token) for token in order["tokens"]]))
