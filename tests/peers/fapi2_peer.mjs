// A FAPI 2.0 client, by the packages `openid-client` and `oauth4webapi`: it authenticates with a key, pushes its requests and binds its
// tokens to another key, with nonces. Reads an order (JSON) from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';

const { issuer, client_id, pkcs8, redirect_uri, resource } = JSON.parse(readFileSync(0, 'utf8'));

const own = await crypto.subtle.importKey('pkcs8', Buffer.from(pkcs8, 'base64url'), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
const visited = async (url) => new URL((await fetch(url, { redirect: 'manual' })).headers.get('location'));
const wish = async () => {
  const verifier = openid.randomPKCECodeVerifier();
  const code_challenge = await openid.calculatePKCECodeChallenge(verifier);
  return { verifier, parameters: { redirect_uri, scope: 'read', state: 'xyz', code_challenge, code_challenge_method: 'S256' } };
};

// openid-client.
const options = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
const config = await openid.discovery(new URL(issuer), client_id, undefined, openid.PrivateKeyJwt(own), options);
const handle = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
const first = await wish();
const url = await openid.buildAuthorizationUrlWithPAR(config, first.parameters, { DPoP: handle });
const checks = { pkceCodeVerifier: first.verifier, expectedState: 'xyz' };
const tokens = await openid.authorizationCodeGrant(config, await visited(url), checks, undefined, { DPoP: handle });
const asked = async (token) => (await openid.fetchProtectedResource(config, token, new URL(resource), 'GET', null, null, { DPoP: handle })).json();
const answers = [await asked(tokens.access_token)];
const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: handle });
answers.push(await asked(refreshed.access_token));
const jkts = [await handle.calculateThumbprint()];
const same = refreshed.refresh_token === undefined || refreshed.refresh_token === tokens.refresh_token;

// oauth4webapi, which leaves it to its user to try again where a nonce is asked for.
const insecure = { [oauth.allowInsecureRequests]: true };
const server = new URL(issuer);
const as = await oauth.processDiscoveryResponse(server, await oauth.discoveryRequest(server, { algorithm: 'oauth2', ...insecure }));
const client = { client_id };
const auth = oauth.PrivateKeyJwt(own);
const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256', { extractable: true }));
let nonces = 0;
const retried = async (ask) => {
  try {
    return await ask();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    nonces += 1;
    return ask();
  }
};
const second = await wish();
const parameters = new URLSearchParams({ ...second.parameters, response_type: 'code' });
const pushed = await retried(async () =>
  oauth.processPushedAuthorizationResponse(as, client, await oauth.pushedAuthorizationRequest(as, client, auth, parameters, { DPoP, ...insecure })),
);
const target = new URL(as.authorization_endpoint);
target.searchParams.set('client_id', client_id);
target.searchParams.set('request_uri', pushed.request_uri);
const back = oauth.validateAuthResponse(as, client, await visited(target), 'xyz');
const theirs = await retried(async () =>
  oauth.processAuthorizationCodeResponse(as, client, await oauth.authorizationCodeGrantRequest(as, client, auth, back, redirect_uri, second.verifier, { DPoP, ...insecure })),
);
const answer = await retried(async () => (await oauth.protectedResourceRequest(theirs.access_token, 'GET', new URL(resource), undefined, undefined, { DPoP, ...insecure })).json());
answers.push(answer);
jkts.push(await DPoP.calculateThumbprint());
console.log(JSON.stringify({ jkts, answers, nonces, same, expires_in: pushed.expires_in, types: [tokens.token_type, theirs.token_type] }));
