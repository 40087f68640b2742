// A client that asks in detail (RFC 9396), by the packages `openid-client` (pushed) and `oauth4webapi` (in the URL, and for less when it
// refreshes). Reads where the server is (JSON) from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';

const { issuer, client_id, client_secret, redirect_uri, asked, less, wrong } = JSON.parse(readFileSync(0, 'utf8'));

/** As a browser goes there and is sent back. */
const visited = async (url) => new URL((await fetch(url, { redirect: 'manual' })).headers.get('location'));
const wish = async (details) => {
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const code_challenge = await openid.calculatePKCECodeChallenge(verifier);
  const authorization_details = JSON.stringify(details);
  return { verifier, state, parameters: { redirect_uri, scope: 'scope', state, code_challenge, code_challenge_method: 'S256', authorization_details } };
};

// openid-client.
const config = await openid.discovery(new URL(issuer), client_id, undefined, openid.ClientSecretBasic(client_secret), {
  algorithm: 'oauth2',
  execute: [openid.allowInsecureRequests],
});
const first = await wish(asked);
const back = await visited(await openid.buildAuthorizationUrlWithPAR(config, first.parameters));
const tokens = await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier: first.verifier, expectedState: first.state });
const refused = await openid
  .buildAuthorizationUrlWithPAR(config, (await wish(wrong)).parameters)
  .then(() => null, (error) => error.error);
const seen = await openid.tokenIntrospection(config, tokens.access_token);

// oauth4webapi.
const insecure = { [oauth.allowInsecureRequests]: true };
const server = new URL(issuer);
const as = await oauth.processDiscoveryResponse(server, await oauth.discoveryRequest(server, { algorithm: 'oauth2', ...insecure }));
const client = { client_id };
const auth = oauth.ClientSecretPost(client_secret);
const second = await wish(asked);
const target = new URL(as.authorization_endpoint);
const query = { ...second.parameters, client_id, response_type: 'code' };
for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
const callback = oauth.validateAuthResponse(as, client, await visited(target), second.state);
const response = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirect_uri, second.verifier, insecure);
const others = await oauth.processAuthorizationCodeResponse(as, client, response);
const refresh = async (details) =>
  oauth.processRefreshTokenResponse(
    as,
    client,
    await oauth.refreshTokenGrantRequest(as, client, auth, others.refresh_token, {
      additionalParameters: { authorization_details: JSON.stringify(details) },
      ...insecure,
    }),
  );
const more = await refresh([...asked, ...asked]).then(() => null, (error) => error.error);
const narrowed = await refresh(less);

console.log(
  JSON.stringify({
    types: as.authorization_details_types_supported,
    granted: [tokens.authorization_details, others.authorization_details],
    seen: seen.authorization_details,
    narrowed: narrowed.authorization_details,
    refused,
    more,
  }),
);
