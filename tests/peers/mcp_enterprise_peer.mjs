// A program of a company, by the provider for enterprise-managed authorization of the official SDK. Reads an order (JSON) from standard
// input and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import { Client, CrossAppAccessProvider, StreamableHTTPClientTransport, discoverAndRequestJwtAuthGrant } from '@modelcontextprotocol/client';

const { url, issuer, client_id, client_secret, idp, idp_client_id, id_token, scope } = JSON.parse(readFileSync(0, 'utf8'));
const asked = [];
const authProvider = new CrossAppAccessProvider({
  clientId: client_id,
  clientSecret: client_secret,
  expectedIssuer: issuer,
  assertion: async (context) => {
    asked.push(context.authorizationServerUrl);
    const { jwtAuthGrant } = await discoverAndRequestJwtAuthGrant({
      idpUrl: idp,
      audience: context.authorizationServerUrl,
      resource: context.resourceUrl,
      idToken: id_token,
      clientId: idp_client_id,
      clientSecret: client_secret,
      scope: scope ?? context.scope,
      fetchFn: context.fetchFn,
    });
    return jwtAuthGrant;
  },
});

const answer = {};
try {
  const client = new Client({ name: 'enterprise', version: '0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider }));
  answer.granted = authProvider.tokens().scope;
  answer.has_refresh_token = authProvider.tokens().refresh_token !== undefined;
  answer.notes = (await client.callTool({ name: 'list_notes', arguments: {} })).content[0].text;
  // The access token is used up: nobody signs in for the next one.
  const first = authProvider.tokens();
  authProvider.saveTokens({ ...first, access_token: 'used-up' });
  answer.again = (await client.callTool({ name: 'list_notes', arguments: {} })).content[0].text;
  answer.renewed = !['used-up', first.access_token].includes(authProvider.tokens().access_token);
  await client.close();
} catch (error) {
  answer.error = String(error);
}
answer.asked = asked;
console.log(JSON.stringify(answer));
