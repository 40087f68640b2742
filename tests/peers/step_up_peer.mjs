// A client of an API that asks for a stronger and more recent sign-in than its token has (RFC 9470), by the package `openid-client`. Reads
// an order (JSON) from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import * as openid from 'openid-client';

const { issuer, client_id, redirect_uri, scope, api } = JSON.parse(readFileSync(0, 'utf8'));
const options = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
const config = await openid.discovery(new URL(issuer), client_id, undefined, openid.None(), options);

/** As a browser goes there and is sent back. */
const visited = async (url) => new URL((await fetch(url, { redirect: 'manual' })).headers.get('location'));

const signedIn = async (parameters) => {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri,
    scope,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  const { access_token } = await openid.authorizationCodeGrant(config, await visited(url), { pkceCodeVerifier });
  return access_token;
};

// What it is told is in the first challenge.
const called = (token) =>
  openid.fetchProtectedResource(config, token, new URL(api), 'GET').then(
    async (response) => ({ status: response.status, body: await response.text() }),
    (error) => ({ status: error.status, ...error.cause[0].parameters }),
  );

const refused = await called(await signedIn({}));
const { acr_values, max_age } = refused;
const taken = await called(await signedIn({ acr_values, max_age }));
console.log(JSON.stringify({ refused, taken }));
