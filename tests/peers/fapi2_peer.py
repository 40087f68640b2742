"""A FAPI 2.0 client by the package `authlib`, which authenticates with a key. It knows neither pushed requests nor proofs of possession: its
request is pushed by its session, and the proofs are made with `joserfc`. Reads an order (JSON) from standard input and answers in one line
of JSON."""

import json
import os
import re
import secrets
import sys
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import ECKey
from short_assertions import OneMinute

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
order = json.load(sys.stdin)
METHOD = "private_key_jwt"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}

key = ECKey.import_key(urlsafe_b64decode(order["pkcs8"] + "=="))
proving = ECKey.generate_key("P-256", auto_kid=False)
session = OAuth2Session(
    order["client_id"], key, token_endpoint_auth_method=METHOD, scope="read", redirect_uri=order["redirect_uri"], code_challenge_method="S256"
)
session.trust_env = False
nonce = None
asked_for = 0


def keep(response, **_):
    """The nonce for the next proof."""
    global nonce
    nonce = response.headers.get("DPoP-Nonce", nonce)


session.hooks["response"].append(keep)


def proof(method, url, token=None):
    claims = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": int(time.time())}
    if nonce:
        claims["nonce"] = nonce
    if token:
        claims["ath"] = urlsafe_b64encode(sha256(token.encode()).digest()).decode().rstrip("=")
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": proving.as_dict(private=False)}
    return {"DPoP": jwt.encode(header, claims, proving, algorithms=["ES256"])}


def retried(ask):
    """Once more, where a nonce is asked for."""
    global asked_for
    try:
        return ask()
    except OAuthError as error:
        if error.error != "use_dpop_nonce":
            raise
        asked_for += 1
        return ask()


def pushed(url, parameters):
    response = session.post(url, data=parameters, headers={**FORM, **proof("POST", url)}, auth=session.client_auth(METHOD), withhold_token=True)
    answer = response.json()
    if response.status_code != 201:
        raise OAuthError(answer["error"], answer.get("error_description"))
    return answer


def called(token):
    """The API: what it says of the token, and what it says to the same token without a proof."""
    url = order["resource"]
    answer = requests.get(url, headers={"Authorization": f"DPoP {token}", **proof("GET", url, token)}, timeout=10)
    answer.raise_for_status()
    stolen = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10)
    return answer.json(), stolen.status_code


def sent_back(there):
    """Where the person ends up: at once, or after these forms, which they fill in one after the other."""
    browser = requests.Session()
    browser.trust_env = False
    page = browser.get(there, allow_redirects=False, timeout=10)
    for form in order.get("forms", []):
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        page = browser.post(order["issuer"] + form["path"], data={**hidden, **form["fields"]}, allow_redirects=False, timeout=10)
    return page.headers["location"]


metadata = session.get(f"{order['issuer']}/.well-known/oauth-authorization-server", withhold_token=True).json()
session.register_client_auth_method(OneMinute(metadata["issuer"], headers={}, alg="ES256"))
verifier = secrets.token_urlsafe(48)
url, state = session.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
request = dict(parse_qsl(urlsplit(url).query))
reference = retried(lambda: pushed(metadata["pushed_authorization_request_endpoint"], request))
there = f"{metadata['authorization_endpoint']}?{urlencode({'client_id': order['client_id'], 'request_uri': reference['request_uri']})}"
back = sent_back(there)
end = metadata["token_endpoint"]
proven = lambda: {**FORM, **proof("POST", end)}
tokens = retried(lambda: session.fetch_token(end, authorization_response=back, state=state, code_verifier=verifier, headers=proven()))
answers = [called(tokens["access_token"])]
refreshed = retried(lambda: session.refresh_token(end, refresh_token=tokens["refresh_token"], headers=proven()))
answers.append(called(refreshed["access_token"]))
said = {"issuer": dict(parse_qsl(urlsplit(back).query))["iss"], "type": tokens["token_type"], "expires_in": reference["expires_in"]}
print(json.dumps({**said, "jkt": proving.thumbprint(), "answers": answers, "nonces": asked_for}))
