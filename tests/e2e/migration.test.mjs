// OAuth 2.0 clients under the profile "migration": openid-client without PKCE, served and reported.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as oidc from 'openid-client';

import { get, postForm } from './support/http.mjs';
import { redirectUri } from './support/oauth.mjs';
import { startServer } from './support/server.mjs';
import { UserAgent } from './support/user_agent.mjs';

const clients = ['old-app', 'plain-app', 'new-app'].map((client_id) => ({
  client_id,
  token_endpoint_auth_method: 'none',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
}));
const confidential = {
  client_id: 'old-service',
  client_secret: 'a-secret-of-long-ago',
  token_endpoint_auth_method: 'client_secret_post',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
};

let server;
before(async () => {
  server = await startServer({ profile: 'migration', clients: [...clients, confidential] });
});
after(() => server?.stop());

const discover = (at, client_id, secret) =>
  oidc.discovery(new URL(at.issuer), client_id, secret, secret ? undefined : oidc.None(), {
    algorithm: 'oauth2',
    execute: [oidc.allowInsecureRequests],
  });

/** Logs in as an OAuth 2.0 client does: no resource, and PKCE only as far as `pkce` says. */
async function logIn(at, config, { request = {}, pkceCodeVerifier } = {}) {
  const state = oidc.randomState();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'mcp',
    state,
    ...request,
  });
  const { callback } = await new UserAgent().authorize(url);
  assert.equal(callback.searchParams.get('iss'), at.issuer);
  return oidc.authorizationCodeGrant(config, callback, { expectedState: state, pkceCodeVerifier });
}

async function whoami(at, config, token) {
  const answer = await oidc.fetchProtectedResource(
    config,
    token,
    new URL(at.mcp),
    'POST',
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'whoami', arguments: {} },
    }),
    new Headers({
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    }),
  );
  return answer.text();
}

/** The events about one client, without what differs from run to run. */
const everyReport = (at, client_id) =>
  at
    .events()
    .filter((each) => each.event === 'would_be_refused' && each.client_id === client_id)
    .map(({ rule, requirement, refused_by, count }) => ({ rule, requirement, refused_by, count }));

/** The first about each rule: should an hour begin meanwhile, there is a second. */
const reported = (at, client_id) =>
  everyReport(at, client_id).filter(
    ({ rule }, i, all) => all.findIndex((each) => each.rule === rule) === i,
  );

const pkceMissing = {
  rule: 'pkce_missing',
  requirement: 'OA21-AUTHZ-14',
  refused_by: ['strict', 'mcp'],
  count: 1,
};
const pkcePlain = { ...pkceMissing, rule: 'pkce_plain', requirement: 'OA21-AUTHZ-15' };
const resourceMissing = {
  rule: 'resource_missing',
  requirement: 'MCP-RES-01',
  refused_by: ['strict'],
  count: 1,
};
const refreshRetried = {
  rule: 'refresh_retried',
  requirement: 'OA21-REF-06',
  refused_by: ['strict'],
  count: 1,
};

test('[OA21-AUTHZ-14] openid-client without PKCE logs in, refreshes with one token, and is reported', async () => {
  const config = await discover(server, 'old-app');
  const tokens = await logIn(server, config);
  assert.match(await whoami(server, config, tokens.access_token), /alice/);
  // It keeps its first refresh token, whatever it is given.
  for (let i = 0; i < 3; ++i) {
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.match(await whoami(server, config, refreshed.access_token), /alice/);
  }
  assert.deepEqual(reported(server, 'old-app'), [pkceMissing, resourceMissing, refreshRetried]);
});

test('[OA21-AUTHZ-14] a confidential client without PKCE, likewise', async () => {
  const config = await discover(server, confidential.client_id, confidential.client_secret);
  const tokens = await logIn(server, config, { request: { resource: server.resource } });
  assert.match(await whoami(server, config, tokens.access_token), /alice/);
  assert.deepEqual(reported(server, confidential.client_id), [pkceMissing]);
});

test('[OA21-AUTHZ-15] openid-client with a plain challenge has to prove it', async () => {
  const config = await discover(server, 'plain-app');
  const verifier = oidc.randomPKCECodeVerifier();
  const request = {
    code_challenge: verifier,
    code_challenge_method: 'plain',
    resource: server.resource,
  };
  assert.ok(config.serverMetadata().code_challenge_methods_supported.includes('plain'));
  const tokens = await logIn(server, config, { request, pkceCodeVerifier: verifier });
  assert.match(await whoami(server, config, tokens.access_token), /alice/);
  await assert.rejects(
    logIn(server, config, { request, pkceCodeVerifier: oidc.randomPKCECodeVerifier() }),
    (error) => error.error === 'invalid_grant',
  );
  await assert.rejects(logIn(server, config, { request }), (e) => e.error === 'invalid_grant');
  // The first of the hour is told at once, the others at its end.
  assert.deepEqual(reported(server, 'plain-app'), [pkcePlain]);
});

test('[ATK-AZ-03][BCP-04] whoever takes the challenge out of a request gains nothing', async () => {
  const config = await discover(server, 'new-app');
  await assert.rejects(
    logIn(server, config, {
      request: { resource: server.resource },
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    }),
    (error) => error.error === 'invalid_request',
  );
});

test('[BCP-06][BCP-07] implicit and password grants and unknown redirects are refused as ever', async () => {
  const password = await postForm(`${server.issuer}/token`, {
    grant_type: 'password',
    client_id: 'old-app',
    username: 'alice',
    password: 'wonderland',
  });
  assert.equal(password.status, 400);
  assert.equal(password.json().error, 'unsupported_grant_type');
  const implicit = new URL(`${server.issuer}/authorize`);
  implicit.search = new URLSearchParams({
    response_type: 'token',
    client_id: 'old-app',
    redirect_uri: redirectUri,
    state: 's',
  });
  const { callback } = await new UserAgent().authorize(implicit);
  assert.equal(callback.searchParams.get('error'), 'unsupported_response_type');
  assert.equal(callback.hash, '');
  implicit.searchParams.set('response_type', 'code');
  implicit.searchParams.set('redirect_uri', 'https://evil.example/');
  const page = await get(implicit.href);
  assert.equal(page.status, 400);
  assert.equal(page.headers.location, undefined);
});

test('what follows in an hour is told as one, at the latest when the server ends', async (t) => {
  const short = await startServer({ profile: 'migration', clients });
  t.after(() => short.stop());
  const config = await discover(short, 'old-app');
  for (let i = 0; i < 4; ++i)
    await logIn(short, config, { request: { resource: short.resource } });
  await short.stop();
  const counts = everyReport(short, 'old-app').map((each) => each.count);
  // One and three, or split once more where an hour began meanwhile.
  assert.equal(counts[0], 1);
  assert.equal(
    counts.reduce((a, b) => a + b),
    4,
  );
});

test('the same client is refused under the profile "mcp", and nothing is reported', async (t) => {
  const strict = await startServer({ profile: 'mcp', clients });
  t.after(() => strict.stop());
  const config = await discover(strict, 'old-app');
  assert.deepEqual(config.serverMetadata().code_challenge_methods_supported, ['S256']);
  await assert.rejects(logIn(strict, config), (error) => error.error === 'invalid_request');
  assert.deepEqual(reported(strict, 'old-app'), []);
});
