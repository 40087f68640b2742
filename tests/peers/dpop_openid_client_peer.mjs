// A public client that binds its tokens to a key, by the package `openid-client`. Reads an order (JSON) from standard input and answers in
// one line of JSON.
import { readFileSync } from 'node:fs';
import * as client from 'openid-client';

const { issuer, client_id, redirect_uri, resource, alg } = JSON.parse(readFileSync(0, 'utf8'));

const options = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] };
const config = await client.discovery(new URL(issuer), client_id, undefined, client.None(), options);
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair(alg));
const thief = client.getDPoPHandle(config, await client.randomDPoPKeyPair(alg));
const jkt = await DPoP.calculateThumbprint();

// What a browser brings back.
const visit = async (more) => {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const code_challenge = await client.calculatePKCECodeChallenge(pkceCodeVerifier);
  const parameters = { redirect_uri, scope: 'read', state: 'xyz', code_challenge, code_challenge_method: 'S256', ...more };
  const answer = await fetch(client.buildAuthorizationUrl(config, parameters), { redirect: 'manual' });
  return [new URL(answer.headers.get('location')), { pkceCodeVerifier, expectedState: 'xyz' }];
};
const refused = async (error) => ({ refused: error.error ?? (await error.response?.json?.())?.error ?? String(error) });

const [url, checks] = await visit({ dpop_jkt: jkt });
const stolen = await client.authorizationCodeGrant(config, url, checks, undefined, { DPoP: thief }).catch(refused);
const tokens = await client.authorizationCodeGrant(config, url, checks, undefined, { DPoP });
const ask = async (method, token, handle) => {
  const answer = await client.fetchProtectedResource(config, token, new URL(resource), method, null, null, { DPoP: handle });
  return answer.json();
};
const answers = [];
for (const method of ['GET', 'POST', 'GET']) answers.push(await ask(method, tokens.access_token, DPoP));
const theirs = await ask('GET', tokens.access_token, thief).catch(async (error) => ({ refused: error.cause?.[0]?.parameters?.error ?? String(error) }));
const bearer = await ask('GET', tokens.access_token, undefined).catch(async (error) => ({ refused: error.cause?.find?.((challenge) => challenge.parameters?.error)?.parameters?.error ?? String(error) }));
const without = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: thief }).catch(refused);
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
answers.push(await ask('GET', refreshed.access_token, DPoP));
const algs = config.serverMetadata().dpop_signing_alg_values_supported;
const types = [tokens.token_type, refreshed.token_type];
console.log(JSON.stringify({ jkt, algs, types, answers, stolen, theirs, bearer, without }));
