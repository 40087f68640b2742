// A public client that binds its tokens to a key, by the package `oauth4webapi`, which leaves it to its user to try again where a nonce is
// asked for. Reads an order (JSON) from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import * as oauth from 'oauth4webapi';

const { issuer, client_id, redirect_uri, resource, alg } = JSON.parse(readFileSync(0, 'utf8'));

const insecure = { [oauth.allowInsecureRequests]: true };
const client = { client_id };
const url = new URL(issuer);
const as = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure }));
const key = await oauth.generateKeyPair(alg, { extractable: true });
const DPoP = oauth.DPoP(client, key);
let nonces = 0;

// Once more where the server asks for a nonce, which the handle then has.
const retried = async (ask) => {
  try {
    return await ask();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    nonces += 1;
    return ask();
  }
};

const verifier = oauth.generateRandomCodeVerifier();
const parameters = {
  client_id, redirect_uri, response_type: 'code', scope: 'read', state: 'xyz', code_challenge_method: 'S256',
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), dpop_jkt: await DPoP.calculateThumbprint(),
};
const visited = await fetch(`${as.authorization_endpoint}?${new URLSearchParams(parameters)}`, { redirect: 'manual' });
const back = oauth.validateAuthResponse(as, client, new URL(visited.headers.get('location')), 'xyz');
const tokens = await retried(async () =>
  oauth.processAuthorizationCodeResponse(as, client, await oauth.authorizationCodeGrantRequest(as, client, oauth.None(), back, redirect_uri, verifier, { DPoP, ...insecure })),
);
const ask = (method, token) =>
  retried(async () => (await oauth.protectedResourceRequest(token, method, new URL(resource), undefined, undefined, { DPoP, ...insecure })).json());
const answers = [await ask('GET', tokens.access_token), await ask('POST', tokens.access_token)];
const refreshed = await retried(async () =>
  oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refresh_token, { DPoP, ...insecure })),
);
answers.push(await ask('GET', refreshed.access_token));
const jkt = await DPoP.calculateThumbprint();
console.log(JSON.stringify({ jkt, nonces, types: [tokens.token_type, refreshed.token_type], answers }));
