// A client of an MCP server by the official SDK, in the version that the order says, and a person with a browser. Reads an order (JSON) from
// standard input and answers in one line of JSON.
import { readFileSync } from 'node:fs';

const { url, sdk, client_id, client_metadata_url, revocation_endpoint } = JSON.parse(readFileSync(0, 'utf8'));
const { Client, StreamableHTTPClientTransport, UnauthorizedError } = sdk === 1 ? {
  ...(await import('@modelcontextprotocol/sdk/client/index.js')),
  ...(await import('@modelcontextprotocol/sdk/client/streamableHttp.js')),
  ...(await import('@modelcontextprotocol/sdk/client/auth.js')),
} : await import('@modelcontextprotocol/client');

const REDIRECT_URI = 'http://127.0.0.1:43117/callback';
const requests = [];

// Goes where the client sends them, allows what the page asks for, and comes back.
const agrees = async (url) => {
  let response = await fetch(url, { redirect: 'manual' });
  if (response.status === 200) {
    const page = await response.text();
    const inputs = [...page.matchAll(/<input type=\w+ name="?([^" >]+)"?(?: value="([^"]*)")?/g)].map(([, name, value]) => [name, value ?? 'on']);
    const cookie = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ');
    const action = new URL(/action="([^"]*)"/.exec(page)[1], url);
    response = await fetch(action, { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams(inputs) });
  }
  if (!response.headers.get('location')) throw new Error(`${response.status} ${await response.text()}`);
  return new URL(response.headers.get('location')).searchParams;
};

class Provider {
  information = client_id ? { client_id } : undefined;
  clientMetadataUrl = client_metadata_url;
  redirectUrl = REDIRECT_URI;
  clientMetadata = {
    client_name: `SDK ${sdk}`,
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  clientInformation() { return this.information; }
  saveClientInformation(information) { this.information = information; }
  tokens() { return this.stored; }
  saveTokens(tokens) { this.stored = tokens; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  codeVerifier() { return this.verifier; }
  redirectToAuthorization(url) { this.sentTo = url; requests.push(Object.fromEntries(url.searchParams)); }
  invalidateCredentials(scope) {
    if (scope !== 'verifier') this.stored = undefined;
    if (scope === 'all' || scope === 'client') this.information = client_id ? { client_id } : undefined;
  }
  state() { return 'xyz'; }
}

const provider = new Provider();
const finish = async (transport, error) => {
  if (!(error instanceof UnauthorizedError)) throw error;
  const returned = await agrees(provider.sentTo);
  if (returned.get('error')) throw new Error(returned.get('error'));
  await (sdk === 1 ? transport.finishAuth(returned.get('code')) : transport.finishAuth(returned));
};

const connected = async () => {
  for (let first = true; ; first = false) {
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
    const client = new Client({ name: 'peer', version: '0' });
    try {
      await client.connect(transport);
      return { client, transport };
    } catch (error) {
      if (!first) throw error;
      await finish(transport, error);
    }
  }
};

const session = await connected();
const call = async (name, args = {}) => {
  const once = async () => (await session.client.callTool({ name, arguments: args })).content[0].text;
  try {
    return await once();
  } catch (error) {
    await finish(session.transport, error);
    return await once();
  }
};

const answer = { granted: provider.stored.scope };
answer.tools = (await session.client.listTools()).tools.map(({ name }) => name).sort();
answer.before = await call('list_notes');
// Writing takes more, which is asked for then. The first SDK would try the refresh token, which cannot bring more.
if (sdk === 1) delete provider.stored.refresh_token;
answer.added = await call('add_note', { text: `from SDK ${sdk}` });
answer.more = provider.stored.scope;
answer.after = await call('list_notes');
// The access token is used up: nobody is asked for the next one.
const { refresh_token } = provider.stored;
const asked = requests.length;
provider.stored = { ...provider.stored, access_token: 'used-up' };
answer.refreshed = await call('list_notes');
answer.rotated = provider.stored.refresh_token !== refresh_token && requests.length === asked;
// Somebody ends it: the client begins anew, and its person is asked again.
const ended = await fetch(revocation_endpoint, {
  method: 'POST',
  body: new URLSearchParams({ token: provider.stored.refresh_token, client_id: provider.information.client_id }),
});
answer.revoked = ended.status;
const stale = provider.stored.access_token;
provider.stored = { ...provider.stored, access_token: stale };
answer.begun = await call('list_notes');
answer.anew = requests.length > asked;
answer.requests = requests;
answer.client_id = provider.information.client_id;
await session.client.close();
console.log(JSON.stringify(answer));
