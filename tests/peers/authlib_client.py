"""A client with a private key, by the package `authlib`. Reads an order (JSON) from standard input and answers in one line of JSON."""

import json
import os
import sys

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.jwk import ECKey, OKPKey, RSAKey
from short_assertions import OneMinute

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
KINDS = {"ES256": ECKey, "ES384": ECKey, "EdDSA": OKPKey, "PS256": RSAKey, "RS256": RSAKey}
METHOD = "private_key_jwt"


def answer(issuer, client_id, alg, kid, pkcs8):
    key = KINDS[alg].import_key(pkcs8)
    session = OAuth2Session(client_id, key, token_endpoint_auth_method=METHOD, revocation_endpoint_auth_method=METHOD)
    session.trust_env = False
    metadata = session.get(f"{issuer}/.well-known/oauth-authorization-server", withhold_token=True).json()
    session.register_client_auth_method(OneMinute(metadata["issuer"], headers={"kid": kid}, alg=alg))
    try:
        token = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")["access_token"]
    except OAuthError as error:
        return metadata, {"alg": alg, "error": error.error}
    introspect = lambda: session.introspect_token(metadata["introspection_endpoint"], token=token).json()["active"]
    active = introspect()
    session.revoke_token(metadata["revocation_endpoint"], token=token).raise_for_status()
    return metadata, {"alg": alg, "active": active, "revoked": not introspect()}


order = json.load(sys.stdin)
answers = [answer(order["issuer"], order["client_id"], **key) for key in order["keys"]]
print(json.dumps({"methods": answers[0][0]["token_endpoint_auth_methods_supported"], "answers": [own for _, own in answers]}))
