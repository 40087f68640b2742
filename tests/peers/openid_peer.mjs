// A relying party at a running OpenID Provider, by the package `openid-client`, with all its checks on. Reads where the provider is (JSON)
// from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import * as openid from 'openid-client';

const { issuer, client_id, client_secret, redirect_uri, metadata } = JSON.parse(readFileSync(0, 'utf8'));
const said = (promise) => promise.then((value) => ({ value }), (error) => ({ refused: error.error ?? error.code ?? error.message }));
const configured = (execute = []) =>
  openid.discovery(new URL(issuer), client_id, { ...metadata }, openid.ClientSecretBasic(client_secret), {
    execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks, ...execute],
  });
/** As a browser goes there and is sent back. */
const visited = async (url) => {
  const response = await fetch(url, { redirect: 'manual' });
  return new URL(response.headers.get('location'));
};

const config = await configured();
const flow = async (parameters, checks = {}) => {
  const verifier = openid.randomPKCECodeVerifier();
  const nonce = openid.randomNonce();
  const state = openid.randomState();
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri,
    scope: 'openid profile email',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    nonce,
    state,
    ...parameters,
  });
  const tokens = await openid.authorizationCodeGrant(config, await visited(url), {
    pkceCodeVerifier: verifier,
    expectedNonce: nonce,
    expectedState: state,
    idTokenExpected: true,
    ...checks,
  });
  return { tokens, claims: tokens.claims() };
};

const first = await flow({});
const userinfo = await openid.fetchUserInfo(config, first.tokens.access_token, first.claims.sub);
const refreshed = await openid.refreshTokenGrant(config, first.tokens.refresh_token);
const answer = {
  metadata: config.serverMetadata(),
  first: first.claims,
  refreshed: refreshed.claims(),
  userinfo,
  aged: (await flow({ max_age: '3600' }, { maxAge: 3600 })).claims,
  hinted: (await flow({ prompt: 'none', id_token_hint: first.tokens.id_token })).claims,
  stale: await said(flow({ prompt: 'login' })),
  other: await said(openid.fetchUserInfo(config, refreshed.access_token, 'somebody else')),
};

// What comes through the browser.
if (config.serverMetadata().response_types_supported.includes('code id_token')) {
  const front = async (response_type, use, finish) => {
    const own = await configured([use]);
    const verifier = openid.randomPKCECodeVerifier();
    const nonce = openid.randomNonce();
    const url = openid.buildAuthorizationUrl(own, {
      redirect_uri,
      scope: 'openid email',
      nonce,
      response_type,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return finish(own, await visited(url), nonce, verifier);
  };
  answer.id_token = await front('id_token', openid.useIdTokenResponseType, (own, url, nonce) => openid.implicitAuthentication(own, url, nonce));
  answer.code_id_token = await front('code id_token', openid.useCodeIdTokenResponseType, async (own, url, nonce, pkceCodeVerifier) => {
    const tokens = await openid.authorizationCodeGrant(own, url, { expectedNonce: nonce, pkceCodeVerifier });
    return tokens.claims();
  });
}

// And out again.
if (config.serverMetadata().end_session_endpoint) {
  const last = await flow({});
  const url = openid.buildEndSessionUrl(config, {
    id_token_hint: last.tokens.id_token,
    post_logout_redirect_uri: `${redirect_uri}/out`,
    state: 'bye',
  });
  answer.sid = last.claims.sid;
  answer.out = (await visited(url)).href;
  answer.ended = await said(openid.refreshTokenGrant(config, last.tokens.refresh_token));
}

console.log(JSON.stringify(answer));
