// Devices, by the packages `openid-client` and `oauth4webapi`. Reads where the server is (JSON) from standard input, writes the code of each
// as it is known into the page of a person, who is at `person`, and answers in one line of JSON.
import { readFileSync } from 'node:fs';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';

const { issuer, client_id, person } = JSON.parse(readFileSync(0, 'utf8'));

/** Somebody types the code, and decides. */
const typed = (code, decision) => fetch(`${person}?decision=${decision}&code=${encodeURIComponent(code)}`, { method: 'POST' });

// openid-client.
const config = await openid.discovery(new URL(issuer), client_id, undefined, openid.None(), {
  algorithm: 'oauth2',
  execute: [openid.allowInsecureRequests],
});
const asked = await openid.initiateDeviceAuthorization(config, { scope: 'scope' });
const waiting = openid.pollDeviceAuthorizationGrant(config, asked);
await new Promise((resolve) => setTimeout(resolve, 1500));
await typed(asked.user_code, 'allow');
const tokens = await waiting;
const renewed = await openid.refreshTokenGrant(config, tokens.refresh_token);

// oauth4webapi.
const insecure = { [oauth.allowInsecureRequests]: true };
const server = new URL(issuer);
const as = await oauth.processDiscoveryResponse(server, await oauth.discoveryRequest(server, { algorithm: 'oauth2', ...insecure }));
const client = { client_id };
const request = async () =>
  oauth.processDeviceAuthorizationResponse(
    as,
    client,
    await oauth.deviceAuthorizationRequest(as, client, oauth.None(), new URLSearchParams({ scope: 'scope' }), insecure),
  );
const poll = async ({ device_code }) => {
  const response = await oauth.deviceCodeGrantRequest(as, client, oauth.None(), device_code, insecure);
  return oauth.processDeviceCodeResponse(as, client, response).then(
    (tokens) => tokens.scope,
    (error) => error.error,
  );
};
const second = await request();
const polls = [await poll(second), await poll(second)];
await typed(second.user_code, 'allow');
polls.push(await poll(second), await poll(second));
const third = await request();
await typed(third.user_code, 'refuse');
polls.push(await poll(third));

console.log(
  JSON.stringify({
    endpoint: as.device_authorization_endpoint,
    uri: asked.verification_uri,
    complete: asked.verification_uri_complete === `${asked.verification_uri}?user_code=${asked.user_code}`,
    interval: asked.interval,
    scopes: [tokens.scope, renewed.scope],
    polls,
  }),
);
