// Clients and an API at a running server, by the packages `oauth4webapi` and `openid-client`. Reads where the server is (JSON) from standard
// input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';

const { issuer, audience, client_id, client_secret, alg } = JSON.parse(readFileSync(0, 'utf8'));
const insecure = { [oauth.allowInsecureRequests]: true };
const said = (promise) => promise.then((value) => ({ value }), (error) => ({ refused: error.code ?? error.message }));

// oauth4webapi: from the metadata to the token, and to what an API makes of it.
const url = new URL(issuer);
const as = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure }));
const client = { client_id, introspection_signed_response_alg: alg };
const auth = oauth.ClientSecretBasic(client_secret);
const granted = await oauth.clientCredentialsGrantRequest(as, client, auth, { scope: 'read' }, insecure);
const { access_token } = await oauth.processClientCredentialsResponse(as, client, granted);
const api = (token, expected) => {
  const request = new Request('http://127.0.0.1/', { headers: { authorization: `Bearer ${token}` } });
  return said(oauth.validateJwtAccessToken(as, request, expected, { signingAlgorithms: [alg], ...insecure }));
};
const introspected = async () => {
  const response = await oauth.introspectionRequest(as, client, auth, access_token, insecure);
  const read = response.clone();
  const claims = await oauth.processIntrospectionResponse(as, client, read);
  await oauth.validateApplicationLevelSignature(as, read, insecure);
  return { claims, type: response.headers.get('content-type') };
};
// The claims of one token under the signature of another.
const other = await oauth.clientCredentialsGrantRequest(as, client, auth, { scope: 'write' }, insecure);
const written = (await oauth.processClientCredentialsResponse(as, client, other)).access_token;
const forged = [...access_token.split('.').slice(0, 2), written.split('.')[2]].join('.');
const oauth4webapi = {
  good: await api(access_token, audience),
  elsewhere: await api(access_token, 'https://other.example.com'),
  forged: await api(forged, audience),
  introspected: await said(introspected()),
};

// openid-client: the same as a client has it, with the signature of the introspection response verified.
const config = await openid.discovery(url, client_id, client, openid.ClientSecretBasic(client_secret), {
  algorithm: 'oauth2',
  execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks],
});
const tokens = await openid.clientCredentialsGrant(config, { scope: 'read' });
const openid_client = {
  token: tokens.access_token,
  api: await api(tokens.access_token, audience),
  introspected: await said(openid.tokenIntrospection(config, tokens.access_token)),
};

console.log(JSON.stringify({ oauth4webapi, openid_client }));
