"""How clients of the package `authlib` authenticate with a key here."""

from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign


class OneMinute(PrivateKeyJWT):
    """Its own assertions are good for an hour, and for the token endpoint."""

    def sign(self, auth, token_endpoint):
        return private_key_jwt_sign(auth.client_secret, client_id=auth.client_id, token_endpoint=token_endpoint, alg=self.alg, header=dict(self.headers), expires_in=60)
