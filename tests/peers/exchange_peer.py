"""An agent that exchanges a token, by the package `authlib`. Reads an order (JSON) from standard input and answers in one line of JSON."""

import json
import os
import sys

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"

order = json.load(sys.stdin)
session = OAuth2Session(order["client_id"], order["client_secret"], token_endpoint_auth_method="client_secret_basic")
session.trust_env = False
metadata = session.get(f"{order['issuer']}/.well-known/oauth-authorization-server", withhold_token=True).json()


def exchange(resource):
    subject = {"subject_token": order["subject_token"], "subject_token_type": ACCESS_TOKEN}
    return session.fetch_token(metadata["token_endpoint"], grant_type=GRANT, scope="read", resource=resource, **subject)


token = exchange(order["resource"])
known = session.introspect_token(metadata["introspection_endpoint"], token=token["access_token"]).json()
try:
    elsewhere = exchange(order["elsewhere"])
except OAuthError as error:
    elsewhere = error.error
said = {name: token[name] for name in ("issued_token_type", "scope")}
print(json.dumps([{**said, **{name: known[name] for name in ("sub", "act", "aud")}, "elsewhere": elsewhere}]))
