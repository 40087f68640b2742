// A client with a private key, by the package `oauth4webapi`. Reads an order (JSON) from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import { importPKCS8 } from 'jose';
import * as oauth from 'oauth4webapi';

const { issuer, client_id, keys } = JSON.parse(readFileSync(0, 'utf8'));
const insecure = { [oauth.allowInsecureRequests]: true };
const client = { client_id };
const url = new URL(issuer);
const as = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure }));

// A 401 is a challenge to them; what it says is in its body.
const refused = async (error) => ({ error: error.error ?? (await error.response.json()).error });

const answers = [];
for (const { alg, kid, pkcs8 } of keys) {
  const key = await importPKCS8(pkcs8, alg);
  const auth = oauth.PrivateKeyJwt({ key, kid });
  const request = () => oauth.clientCredentialsGrantRequest(as, client, auth, {}, insecure);
  const issued = await oauth.processClientCredentialsResponse(as, client, await request()).catch(refused);
  if (issued.error) {
    answers.push({ alg, error: issued.error });
    continue;
  }
  const introspect = async () => oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, issued.access_token, insecure));
  const before = await introspect();
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, issued.access_token, insecure));
  answers.push({ alg, active: before.active, revoked: !(await introspect()).active });
}
console.log(JSON.stringify({ methods: as.token_endpoint_auth_methods_supported, answers }));
