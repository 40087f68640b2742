// Agents that exchange a token, by the packages `oauth4webapi` and `openid-client`. Reads an order (JSON) from standard input and answers in
// one line of JSON.
import { readFileSync } from 'node:fs';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';

const order = JSON.parse(readFileSync(0, 'utf8'));
const { issuer, client_id, client_secret, subject_token, resource } = order;
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const subject_token_type = 'urn:ietf:params:oauth:token-type:access_token';
const asking = (resource) => ({ subject_token, subject_token_type, scope: 'read', resource });
const said = ({ issued_token_type, scope }, { sub, act, aud }, elsewhere) => ({ issued_token_type, scope, sub, act, aud, elsewhere });

const insecure = { [oauth.allowInsecureRequests]: true };
const url = new URL(issuer);
const discovered = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure });
const as = await oauth.processDiscoveryResponse(url, discovered);
const own = { client_id };
const auth = oauth.ClientSecretBasic(client_secret);
const exchange = async (resource) => {
  const parameters = new URLSearchParams(asking(resource));
  const response = await oauth.genericTokenEndpointRequest(as, own, auth, GRANT, parameters, insecure);
  return oauth.processGenericTokenEndpointResponse(as, own, response);
};
const token = await exchange(resource);
const introspected = await oauth.introspectionRequest(as, own, auth, token.access_token, insecure);
const known = await oauth.processIntrospectionResponse(as, own, introspected);
const elsewhere = await exchange(order.elsewhere).catch((error) => error.error);
const answers = [said(token, known, elsewhere)];

const options = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] };
const config = await client.discovery(url, client_id, undefined, client.ClientSecretBasic(client_secret), options);
const other = await client.genericGrantRequest(config, GRANT, asking(resource));
const seen = await client.tokenIntrospection(config, other.access_token);
const refused = await client.genericGrantRequest(config, GRANT, asking(order.elsewhere)).catch((error) => error.error);
answers.push(said(other, seen, refused));
console.log(JSON.stringify(answers));
