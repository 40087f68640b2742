"""A device, by the package `authlib`. Reads an order (JSON) from standard input and answers in one line of JSON."""

import json
import os
import sys
import urllib.parse

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"

order = json.load(sys.stdin)
issuer, client_id, person = order["issuer"], order["client_id"], order["person"]
session = OAuth2Session(client_id, token_endpoint_auth_method="none", scope="scope")
session.trust_env = False
metadata = session.get(f"{issuer}/.well-known/oauth-authorization-server", withhold_token=True).json()
body = {"client_id": client_id, "scope": "scope"}
asked = session.post(metadata["device_authorization_endpoint"], data=body, withhold_token=True).json()


def typed(decision):
    query = urllib.parse.urlencode({"decision": decision, "code": asked["user_code"].lower()})
    session.post(f"{person}?{query}", withhold_token=True).raise_for_status()


def poll():
    try:
        return session.fetch_token(metadata["token_endpoint"], grant_type=GRANT, device_code=asked["device_code"])["scope"]
    except OAuthError as error:
        return error.error


polls = [poll(), poll()]
typed("allow")
polls.append(poll())
print(json.dumps({"polls": polls}))
