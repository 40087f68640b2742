"""An API by the package `authlib`, whose `JWTBearerTokenValidator` is RFC 9068 section 4. Reads an order (JSON) from standard input and
answers in one line of JSON."""

import json
import sys

from authlib.oauth2.rfc6750.errors import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.jwk import KeySet

order = json.load(sys.stdin)


class Validator(JWTBearerTokenValidator):
    def get_jwks(self):
        return KeySet.import_key_set(order["jwks"])


def opened(token, audience, scope):
    """The claims, or why the token opens nothing."""
    validator = Validator(issuer=order["issuer"], resource_server=audience)
    try:
        claims = validator.authenticate_token(token)
        validator.validate_token(claims, [scope], None)
        return {"value": dict(claims)}
    except (InvalidTokenError, InsufficientScopeError) as error:
        return {"refused": error.error}


print(json.dumps([opened(**request) for request in order["requests"]]))
