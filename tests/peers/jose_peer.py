"""A peer of the JOSE part in Python, by the package `joserfc`. Reads an order (JSON) from standard input and answers in one line of JSON."""

import json
import sys

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

KINDS = {"ES256": (ECKey, "P-256"), "ES384": (ECKey, "P-384"), "EdDSA": (OKPKey, "Ed25519"), "PS256": (RSAKey, 2048), "RS256": (RSAKey, 2048)}


def verify(order, token, jwks, alg, typ):
    """The claims of a token of ours, or why it is refused."""
    try:
        read = jwt.decode(token, KeySet.import_key_set(jwks), algorithms=[alg])
        assert read.header["typ"] == typ
        jwt.JWTClaimsRegistry(iss={"essential": True, "value": order["issuer"]}, aud={"essential": True, "value": order["audience"]}).validate(read.claims)
        return {"claims": read.claims}
    except JoseError as error:
        return {"refused": error.error}


def sign(order, alg, typ, pkcs8=None, kid=None):
    """A token that is signed with a key of ours, or with one of its own."""
    kind, size = KINDS[alg]
    key = kind.import_key(pkcs8) if pkcs8 else kind.generate_key(size)
    header = {"alg": alg, "typ": typ} | ({"kid": kid} if kid else {})
    token = jws.serialize_compact(header, json.dumps(order["claims"]), key, algorithms=[alg])
    jwk = {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}
    return {"alg": alg, "token": token, "jwk": jwk, "thumbprint": key.thumbprint(), "pkcs8": key.as_pem(private=True).decode()}


order = json.load(sys.stdin)
print(json.dumps({"verified": [verify(order, **own) for own in order["verify"]], "signed": [sign(order, **own) for own in order["sign"]]}))
