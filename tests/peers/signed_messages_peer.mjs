// A client that signs its authorization requests (JAR) and gets signed responses (JARM), by value and pushed, by the packages `openid-client`
// and `oauth4webapi`. Reads where the server is (JSON) from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import { importPKCS8 } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';

const { issuer, client_id, client_secret, redirect_uri, pkcs8, kid } = JSON.parse(readFileSync(0, 'utf8'));
const key = await importPKCS8(pkcs8, 'ES256');
const insecure = { [oauth.allowInsecureRequests]: true };

/** As a browser goes there and is sent back. */
const visited = async (url) => new URL((await fetch(url, { redirect: 'manual' })).headers.get('location'));
const wish = async (scope = 'read') => {
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const challenge = await openid.calculatePKCECodeChallenge(verifier);
  return { verifier, state, parameters: { redirect_uri, scope, state, code_challenge: challenge, code_challenge_method: 'S256' } };
};
const scopes = [];

// openid-client.
const metadata = { authorization_signed_response_alg: 'ES256' };
const config = await openid.discovery(new URL(issuer), client_id, metadata, openid.ClientSecretBasic(client_secret), {
  algorithm: 'oauth2',
  execute: [openid.allowInsecureRequests, openid.useJwtResponseMode],
});
const exchanged = async (flow, url, { verifier, state }) => {
  const back = await visited(url);
  const tokens = await openid.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state });
  scopes.push([flow, tokens.scope]);
  return back;
};
const first = await wish();
const signed = await openid.buildAuthorizationUrlWithJAR(config, first.parameters, { key, kid });
const came = await exchanged('openid-client', signed, first);
const second = await wish();
const { searchParams } = await openid.buildAuthorizationUrlWithJAR(config, second.parameters, { key, kid });
await exchanged('openid-client, pushed', await openid.buildAuthorizationUrlWithPAR(config, searchParams), second);

// What is not signed, and what is refused in a signed response.
const unsigned = (await visited(openid.buildAuthorizationUrl(config, (await wish()).parameters))).searchParams.get('response');
const claims = (response) => JSON.parse(Buffer.from(response.split('.')[1], 'base64url').toString());
const third = await wish('admin');
const back = await visited(await openid.buildAuthorizationUrlWithJAR(config, third.parameters, { key, kid }));
const refused = await openid
  .authorizationCodeGrant(config, back, { pkceCodeVerifier: third.verifier, expectedState: third.state })
  .then(() => null, (error) => error.error ?? error.cause?.get?.('error') ?? String(error));

// oauth4webapi.
const server = new URL(issuer);
const as = await oauth.processDiscoveryResponse(server, await oauth.discoveryRequest(server, { algorithm: 'oauth2', ...insecure }));
const client = { client_id, ...metadata };
const auth = oauth.ClientSecretPost(client_secret);
for (const push of [false, true]) {
  const own = await wish();
  const parameters = new URLSearchParams({ ...own.parameters, response_type: 'code', response_mode: 'jwt', client_id });
  const request = await oauth.issueRequestObject(as, client, parameters, { key, kid });
  let sent = new URLSearchParams({ client_id, request });
  if (push) {
    const answer = await oauth.pushedAuthorizationRequest(as, client, auth, sent, insecure);
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, answer);
    sent = new URLSearchParams({ client_id, request_uri });
  }
  const response = await visited(`${as.authorization_endpoint}?${sent}`);
  const callback = await oauth.validateJwtAuthResponse(as, client, response, own.state, insecure);
  const tokens = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirect_uri, own.verifier, insecure);
  const { scope } = await oauth.processAuthorizationCodeResponse(as, client, tokens);
  scopes.push([push ? 'oauth4webapi, pushed' : 'oauth4webapi', scope]);
}

console.log(
  JSON.stringify({
    scopes,
    shown: [...signed.searchParams.keys()].sort(),
    came: [...came.searchParams.keys()],
    unsigned: claims(unsigned).error,
    refused,
  }),
);
