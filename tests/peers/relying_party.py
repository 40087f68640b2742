"""A web application that signs people in with the package `authlib`, as its `flask` integration does it: it finds the provider by its
metadata, keeps state, nonce and verifier in its session, and checks the ID token with the published keys. Reads an order (JSON) from
standard input and answers in one line of JSON."""

import json
import os
import sys

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify
from joserfc.errors import JoseError

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
order = json.load(sys.stdin)


def application(client):
    app = Flask("relying party")
    app.secret_key = os.urandom(32)
    provider = OAuth(app).register(
        "provider",
        client_id=client["client_id"],
        client_secret=client["client_secret"],
        server_metadata_url=f"{order['issuer']}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "trust_env": False},
    )

    @app.get("/login")
    def login():
        return provider.authorize_redirect(order["redirect_uri"])

    @app.get("/callback")
    def callback():
        try:
            token = provider.authorize_access_token()
        except (OAuthError, JoseError) as error:
            return jsonify(refused=getattr(error, "error", None) or str(error))
        # Which it reads as JSON alone, and some clients get it signed.
        userinfo = provider.userinfo(token=token) if client["plain_userinfo"] else None
        renewed = provider.fetch_access_token(grant_type="refresh_token", refresh_token=token["refresh_token"])
        return jsonify(signed_in=token["userinfo"], userinfo=userinfo, renewed=renewed["access_token"] != token["access_token"])

    return app


def back_from(browser):
    """Where the provider sends the person back to."""
    there = browser.get("/login").location
    back = requests.get(there, allow_redirects=False, timeout=10).headers["location"]
    return "/callback?" + back.split("?", 1)[1]


def answer(client):
    app = application(client)
    browser, other = app.test_client(), app.test_client()
    back = back_from(browser)
    # Somebody else's browser, in which nobody began to sign in.
    foreign = other.get(back).json
    return {"foreign": foreign, **browser.get(back).json, "again": browser.get(back).json}


print(json.dumps([answer(client) for client in order["clients"]]))
