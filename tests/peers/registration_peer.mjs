// Clients that register themselves, by the packages `openid-client` and `oauth4webapi`, and then walk the code flow. Reads where the server
// is (JSON) from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';

const { issuer, redirect_uri, initial_access_token } = JSON.parse(readFileSync(0, 'utf8'));
/** As a browser goes there and is sent back. */
const visited = async (url) => {
  const response = await fetch(url, { redirect: 'manual' });
  return new URL(response.headers.get('location'));
};
const execute = [openid.allowInsecureRequests];
const metadata = (method) => ({
  redirect_uris: [redirect_uri],
  token_endpoint_auth_method: method,
  grant_types: ['authorization_code', 'refresh_token'],
  client_name: 'A peer',
});

// Each way to authenticate that the package has without keys.
const registered = async (method, authentication) => {
  const options = { algorithm: 'oauth2', execute, initialAccessToken: initial_access_token };
  const config = await openid.dynamicClientRegistration(new URL(issuer), metadata(method), authentication, options);
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: 'read',
    state,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const tokens = await openid.authorizationCodeGrant(config, await visited(url), { pkceCodeVerifier: verifier, expectedState: state });
  const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token);
  return { client: config.clientMetadata(), scope: tokens.scope, refreshed: typeof refreshed.access_token };
};

// What comes back, as the other package checks it, and what becomes of it at the URL that came with it.
const as = await oauth
  .discoveryRequest(new URL(issuer), { algorithm: 'oauth2', [oauth.allowInsecureRequests]: true })
  .then((response) => oauth.processDiscoveryResponse(new URL(issuer), response));
const options = { [oauth.allowInsecureRequests]: true, initialAccessToken: initial_access_token };
const ask = async (members) =>
  oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(as, members, options));
const own = await ask(metadata('none'));
const managed = (method, token, body) =>
  fetch(own.registration_client_uri, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
const read = await (await managed('GET', own.registration_access_token)).json();
const change = { ...metadata('none'), client_id: own.client_id, client_name: 'Renamed' };
const changed = await (await managed('PUT', own.registration_access_token, change)).json();
const removed = await managed('DELETE', changed.registration_access_token);
const after = await managed('GET', changed.registration_access_token);

console.log(
  JSON.stringify({
    basic: await registered('client_secret_basic', openid.ClientSecretBasic()),
    post: await registered('client_secret_post', openid.ClientSecretPost()),
    none: await registered('none', openid.None()),
    own,
    read,
    changed,
    removed: [removed.status, after.status],
    refused: await ask({ ...metadata('none'), redirect_uris: ['http://client.example/cb'] }).then(
      () => 'accepted',
      (error) => error.error ?? error.message,
    ),
  }),
);
