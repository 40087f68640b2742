// A client with a private key, by the package `openid-client`. Reads an order (JSON) from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import { importPKCS8 } from 'jose';
import * as client from 'openid-client';

const { issuer, client_id, keys } = JSON.parse(readFileSync(0, 'utf8'));

// A 401 is a challenge to them; what it says is in its body.
const refused = async (error) => ({ error: error.error ?? (await error.response.json()).error });

const answers = [];
let methods;
for (const { alg, kid, pkcs8 } of keys) {
  const auth = client.PrivateKeyJwt({ key: await importPKCS8(pkcs8, alg), kid });
  const options = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] };
  const config = await client.discovery(new URL(issuer), client_id, undefined, auth, options);
  methods = config.serverMetadata().token_endpoint_auth_methods_supported;
  const issued = await client.clientCredentialsGrant(config).catch(refused);
  if (issued.error) {
    answers.push({ alg, error: issued.error });
    continue;
  }
  const before = await client.tokenIntrospection(config, issued.access_token);
  await client.tokenRevocation(config, issued.access_token);
  const after = await client.tokenIntrospection(config, issued.access_token);
  answers.push({ alg, active: before.active, revoked: !after.active });
}
console.log(JSON.stringify({ methods, answers }));
