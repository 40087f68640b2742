// A native application at a running OpenID Provider, by the package `@openid/appauth`: its browser comes back to a port of this machine.
// Reads where the provider is (JSON) from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { register } from 'node:module';

// The package is written for bundlers, which know its files without their endings; and the browser that it opens follows redirects.
const hooks = `
  const browser = 'data:text/javascript,export default (url) => { globalThis.fetch(url); }';
  export async function resolve(specifier, context, next) {
    if (specifier === 'opener') return { url: browser, shortCircuit: true };
    const inside = context.parentURL?.includes('/@openid/appauth/') && specifier.startsWith('.');
    return next(inside ? specifier + '.js' : specifier, context);
  }
  export const load = (url, context, next) =>
    next(url, url.includes('/@openid/appauth/') ? { ...context, format: 'module' } : context);
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
const appauth = '@openid/appauth/built/src';
const { AuthorizationNotifier } = await import(`${appauth}/authorization_request_handler.js`);
const { AuthorizationRequest } = await import(`${appauth}/authorization_request.js`);
const { AuthorizationServiceConfiguration } = await import(`${appauth}/authorization_service_configuration.js`);
const { NodeCrypto } = await import(`${appauth}/node_support/crypto_utils.js`);
const { NodeBasedHandler } = await import(`${appauth}/node_support/node_request_handler.js`);
const { NodeRequestor } = await import(`${appauth}/node_support/node_requestor.js`);
const { RevokeTokenRequest } = await import(`${appauth}/revoke_token_request.js`);
const { BaseTokenRequestHandler } = await import(`${appauth}/token_request_handler.js`);
const { TokenRequest } = await import(`${appauth}/token_request.js`);

const { issuer, client_id, path } = JSON.parse(readFileSync(0, 'utf8'));
// It logs all that it does, tokens too, and to where the answer goes.
console.log = () => {};

const freePort = () =>
  new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });

const requestor = new NodeRequestor();
const configuration = await AuthorizationServiceConfiguration.fetchFromIssuer(issuer, requestor);

/** Each time at another port. */
const authorize = async (extras) => {
  const port = await freePort();
  const redirect_uri = `http://127.0.0.1:${port}${path}`;
  const handler = new NodeBasedHandler(port);
  const notifier = new AuthorizationNotifier();
  handler.setAuthorizationNotifier(notifier);
  return new Promise((done) => {
    notifier.setAuthorizationListener((request, response, error) => done({ request, response, error }));
    const asked = { client_id, redirect_uri, scope: 'openid email', extras };
    handler.performAuthorizationRequest(configuration, new AuthorizationRequest(asked, new NodeCrypto()));
  });
};
const tokens = new BaseTokenRequestHandler(requestor);
const { request, response } = await authorize({ nonce: 'n' });
const redirect_uri = request.redirectUri;
const perform = (request) => tokens.performTokenRequest(configuration, new TokenRequest({ client_id, redirect_uri, ...request }));
const extras = { code_verifier: request.internal.code_verifier };
const first = await perform({ grant_type: 'authorization_code', code: response.code, extras });
const refreshed = await perform({ grant_type: 'refresh_token', refresh_token: first.refreshToken });
const userinfo = await requestor.xhr({
  url: configuration.userInfoEndpoint,
  method: 'GET',
  dataType: 'json',
  headers: { Authorization: `Bearer ${refreshed.accessToken}` },
});
const refused = await authorize({ prompt: 'login' });
const revoked = await tokens.performRevokeTokenRequest(configuration, new RevokeTokenRequest({ client_id, token: refreshed.refreshToken }));
const dead = await perform({ grant_type: 'refresh_token', refresh_token: refreshed.refreshToken }).then(
  () => null,
  (error) => error.message,
);
const answer = {
  configuration: configuration.toJson(),
  first: first.toJson(),
  refreshed: refreshed.toJson(),
  userinfo,
  refused: { error: refused.error?.error, state: refused.error?.state === refused.request.state },
  revoked,
  dead,
};
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
