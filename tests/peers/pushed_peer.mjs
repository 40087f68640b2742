// A client that pushes its authorization requests, by the packages `openid-client` and `oauth4webapi`. Reads where the server is (JSON)
// from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';

const { issuer, client_id, client_secret, redirect_uri } = JSON.parse(readFileSync(0, 'utf8'));

/** As a browser goes there and is sent back, or is shown a page. */
const visited = async (url) => {
  const response = await fetch(url, { redirect: 'manual' });
  const location = response.headers.get('location');
  return location ? new URL(location) : { status: response.status, page: await response.text() };
};
const refused = (visit) => (visit instanceof URL ? visit.searchParams.get('error') : visit.page.includes('invalid_request_uri') ? 'invalid_request_uri' : visit.status);

// openid-client.
const config = await openid.discovery(new URL(issuer), client_id, undefined, openid.ClientSecretBasic(client_secret), {
  algorithm: 'oauth2',
  execute: [openid.allowInsecureRequests],
});
const wish = async () => {
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const challenge = await openid.calculatePKCECodeChallenge(verifier);
  return { verifier, state, parameters: { redirect_uri, scope: 'scope', state, code_challenge: challenge, code_challenge_method: 'S256' } };
};
const first = await wish();
const url = await openid.buildAuthorizationUrlWithPAR(config, first.parameters);
const back = await visited(url);
const tokens = await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier: first.verifier, expectedState: first.state });
const again = refused(await visited(url));
const plain = refused(await visited(openid.buildAuthorizationUrl(config, (await wish()).parameters)));
const wrong = await openid
  .buildAuthorizationUrlWithPAR(config, { ...(await wish()).parameters, scope: 'admin' })
  .then(() => null, (error) => error.error);

// oauth4webapi.
const insecure = { [oauth.allowInsecureRequests]: true };
const server = new URL(issuer);
const as = await oauth.processDiscoveryResponse(server, await oauth.discoveryRequest(server, { algorithm: 'oauth2', ...insecure }));
const client = { client_id };
const auth = oauth.ClientSecretPost(client_secret);
const second = await wish();
const parameters = new URLSearchParams({ ...second.parameters, response_type: 'code' });
const pushed = await oauth.processPushedAuthorizationResponse(
  as,
  client,
  await oauth.pushedAuthorizationRequest(as, client, auth, parameters, insecure),
);
const target = new URL(as.authorization_endpoint);
target.searchParams.set('client_id', client_id);
target.searchParams.set('request_uri', pushed.request_uri);
const callback = oauth.validateAuthResponse(as, client, await visited(target), second.state);
const response = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirect_uri, second.verifier, insecure);
const others = await oauth.processAuthorizationCodeResponse(as, client, response);

console.log(
  JSON.stringify({
    shown: [...url.searchParams.keys()].sort(),
    metadata: { required: as.require_pushed_authorization_requests ?? false, endpoint: as.pushed_authorization_request_endpoint },
    tokens: [tokens.scope, others.scope],
    expires_in: pushed.expires_in,
    again,
    plain,
    wrong,
  }),
);
