// A program without a person, by the providers for client credentials of the official SDK, in the version that the order says. Reads an
// order (JSON) from standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';

const { url, sdk, issuer, client_id, client_secret, pkcs8, alg, scope } = JSON.parse(readFileSync(0, 'utf8'));
const all = sdk === 1 ? {
  ...(await import('@modelcontextprotocol/sdk/client/index.js')),
  ...(await import('@modelcontextprotocol/sdk/client/streamableHttp.js')),
  ...(await import('@modelcontextprotocol/sdk/client/auth-extensions.js')),
} : await import('@modelcontextprotocol/client');

const base = { clientId: client_id, expectedIssuer: issuer, scope: scope ?? undefined };
const privateKey = pkcs8 && `-----BEGIN PRIVATE KEY-----\n${Buffer.from(pkcs8, 'hex').toString('base64')}\n-----END PRIVATE KEY-----\n`;
const authProvider = pkcs8
  ? new all.PrivateKeyJwtProvider({ ...base, privateKey, algorithm: alg })
  : new all.ClientCredentialsProvider({ ...base, clientSecret: client_secret });

const answer = {};
try {
  const client = new all.Client({ name: 'machine', version: '0' });
  await client.connect(new all.StreamableHTTPClientTransport(new URL(url), { authProvider }));
  const call = async (name, args = {}) => (await client.callTool({ name, arguments: args })).content[0].text;
  answer.granted = authProvider.tokens().scope;
  answer.has_refresh_token = authProvider.tokens().refresh_token !== undefined;
  answer.before = await call('list_notes');
  try {
    // With too little scope it is told what it takes, asks for that, and tries again.
    await call('add_note', { text: `by ${pkcs8 ? 'key' : 'secret'}` });
    answer.after = await call('list_notes');
  } catch (error) {
    answer.refused = String(error);
  }
  answer.more = authProvider.tokens().scope;
  // The access token is used up: nobody is asked for the next one.
  const first = authProvider.tokens();
  authProvider.saveTokens({ ...first, access_token: 'used-up' });
  answer.again = await call('list_notes');
  answer.renewed = !['used-up', first.access_token].includes(authProvider.tokens().access_token);
  await client.close();
} catch (error) {
  answer.error = String(error);
}
console.log(JSON.stringify(answer));
