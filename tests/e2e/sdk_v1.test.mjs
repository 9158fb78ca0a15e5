// The first generation of the MCP TypeScript SDK, as published, against the example server.
import { auth, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { makeClient } from './support/oauth.mjs';
import {
  Application,
  assertRefreshedOnlyAfterExpiry,
  Provider,
  refreshAtOnce,
  waitForExpiry,
} from './support/sdk.mjs';
import { startServer } from './support/server.mjs';

const sdk = {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  finish: (transport, parameters) => transport.finishAuth(parameters.get('code')),
};

let server; // with ordinary lifetimes
let shortLived; // access tokens of 3 s
before(async () => {
  server = await startServer();
  shortLived = await startServer({ access_token: { lifetime_seconds: 3 } });
});
after(() => Promise.all([server?.stop(), shortLived?.stop()]));

test('[MCP-PRM-07][MCP-ASM-03][MCP-RES-01] v1 walks from a 401 to a tool call', async (t) => {
  const app = new Application(sdk, server);
  t.after(() => app.close());
  const { fetch, provider } = app;

  await t.test('connect: 401, discovery, registration', async () => {
    await app.expectLogin(app.connect());
    assert.deepEqual(fetch.steps(), [
      'POST /mcp 401',
      'GET /.well-known/oauth-protected-resource/mcp 200',
      'GET /.well-known/oauth-authorization-server 200',
      'POST /register 201',
    ]);
    const { challenge } = fetch.requests[0];
    assert.match(challenge, /^Bearer /);
    assert.match(challenge, /scope="mcp"/);
  });

  await t.test('[MCP-DCR-04] registration without application_type, native all the same', () => {
    const { json, answer } = fetch.last('/register');
    assert.equal(json.application_type, undefined);
    assert.equal(json.scope, 'mcp');
    const registered = JSON.parse(answer);
    assert.equal(registered.application_type, 'native');
    assert.match(registered.client_id, /^[A-Za-z0-9_-]+$/);
    assert.equal(registered.client_secret, undefined);
    assert.deepEqual(registered.grant_types, ['authorization_code', 'refresh_token']);
  });

  await t.test(
    '[MCP-ISS-02][MCP-AZR-11] login and consent, and back with code, state and iss',
    async () => {
      const asked = provider.saved.url.searchParams;
      assert.equal(asked.get('resource'), server.resource);
      assert.equal(asked.get('code_challenge_method'), 'S256');
      assert.equal(asked.get('scope'), 'mcp');
      const { parameters, consent } = await provider.visit(app.agent);
      assert.ok(consent, 'a consent page is shown');
      assert.deepEqual(parameters.getAll('iss'), [server.issuer]);
      await sdk.finish(app.transport, parameters);
      assert.deepEqual(fetch.steps(), ['POST /token 200']);
    },
  );

  await t.test(
    '[MCP-TOK-09][MCP-RFT-06] tokens, also a refresh token that nobody asked offline_access for',
    () => {
      const [redeemed] = fetch.tokenRequests('authorization_code');
      assert.equal(redeemed.form.get('resource'), server.resource);
      const { tokens } = provider.saved;
      assert.equal(tokens.token_type, 'Bearer');
      assert.equal(tokens.scope, 'mcp');
      assert.equal(tokens.expires_in, 600);
      assert.ok(tokens.refresh_token);
    },
  );

  await t.test('tool call, and no refresh where none is due', async () => {
    await app.connect();
    assert.match(await app.call('whoami'), /alice/);
    assert.deepEqual(fetch.steps(), ['POST /mcp 200', 'POST /mcp 202', 'POST /mcp 200']);
    assert.deepEqual(fetch.tokenRequests('refresh_token'), []);
    const [initialize] = fetch.requests.filter(
      (r) => r.json?.method === 'initialize' && r.status === 200,
    );
    assert.equal(JSON.parse(initialize.answer).result.protocolVersion, '2025-11-25');
    const { tools } = await app.client.listTools();
    assert.deepEqual(tools.map((tool) => tool.name).sort(), ['add_note', 'list_notes', 'whoami']);
  });
});

test('[MCP-RFT-01][MCP-RFT-08] v1 refreshes after expiry, unseen by the user', async (t) => {
  const app = await new Application(sdk, shortLived).logIn();
  t.after(() => app.close());
  const first = app.provider.saved.tokens;

  await waitForExpiry(first.access_token);
  assert.match(await app.call('whoami'), /alice/);

  const second = app.provider.saved.tokens;
  assert.notEqual(second.access_token, first.access_token);
  assert.notEqual(second.refresh_token, first.refresh_token, 'rotated');
  assert.equal(second.scope, 'mcp');
  for (const { form, answer } of app.fetch.tokenRequests('refresh_token')) {
    assert.equal(form.get('resource'), shortLived.resource);
    assert.equal(JSON.parse(answer).scope, 'mcp');
  }
  assertRefreshedOnlyAfterExpiry(app.fetch.requests);
});

test('[MCP-SCO-05][MCP-SCO-06] v1 steps up once the application drops its tokens', async (t) => {
  const app = await new Application(sdk, server).logIn();
  t.after(() => app.close());
  app.fetch.steps();

  // It holds a refresh token, so it refreshes, is given the same scope, and says so.
  await assert.rejects(app.call('add_note', { text: 'milk' }), /403/);
  assert.deepEqual(app.fetch.steps(), ['POST /mcp 403', 'POST /token 200', 'POST /mcp 403']);
  const { challenge } = app.fetch.requests.findLast((r) => r.status === 403);
  assert.match(challenge, /^Bearer .*error="insufficient_scope"/);
  const [, needed] = /scope="([^"]*)"/.exec(challenge);
  assert.equal(needed, 'notes:write');

  const scope = `${app.provider.saved.tokens.scope} ${needed}`;
  app.provider.invalidateCredentials('tokens');
  assert.equal(
    await auth(app.provider, { serverUrl: server.mcp, scope, fetchFn: app.fetch }),
    'REDIRECT',
  );
  const { parameters, consent } = await app.provider.visit(app.agent);
  assert.ok(consent, 'more rights are never given unseen');
  await sdk.finish(app.transport, parameters);
  assert.equal(app.provider.saved.tokens.scope, 'mcp notes:write');
  assert.equal(app.fetch.requests.filter((r) => r.path === '/register').length, 1, 'same client');

  await app.connect();
  await app.call('add_note', { text: 'milk' });
  assert.match(await app.call('list_notes'), /milk/); // notes:write implies notes:read
});

test('[MCP-RFT-03] v1: ten clients that refresh at once converge on one refresh token', async (t) => {
  const app = await new Application(sdk, shortLived).logIn();
  t.after(() => app.close());
  await refreshAtOnce(() => new Application(sdk, shortLived), app.provider.saved, shortLived);
});

test('[MCP-TOK-16] v1 logs in anew after its grant was revoked', async (t) => {
  const app = await new Application(sdk, server).logIn();
  t.after(() => app.close());
  const { client_id } = app.provider.saved.client;
  const { refresh_token } = app.provider.saved.tokens;
  const plain = await makeClient(server, { client_id });
  assert.equal((await plain.revoke(refresh_token)).status, 200);
  app.fetch.steps();

  await app.expectLogin(app.call('whoami'));
  assert.deepEqual(app.fetch.steps(), ['POST /mcp 401', 'POST /token 400']);
  assert.equal(JSON.parse(app.fetch.last('/token').answer).error, 'invalid_grant');
  const { parameters } = await app.provider.visit(app.agent);
  await sdk.finish(app.transport, parameters);
  assert.match(await app.call('whoami'), /alice/);
});

test('[MCP-ERR-06] v1 registers anew where the server has forgotten its client', async (t) => {
  const forgetful = await startServer();
  const app = await new Application(sdk, forgetful).logIn();
  t.after(() => app.close());
  await forgetful.stop();
  const reborn = await startServer({}, { port: new URL(forgetful.origin).port });
  t.after(() => reborn.stop());
  app.fetch.steps();

  await app.expectLogin(app.call('whoami'));
  const steps = app.fetch.steps();
  assert.equal(steps[0], 'POST /mcp 401');
  assert.ok(steps.includes('POST /token 401'), steps.join());
  assert.ok(steps.includes('POST /register 201'), steps.join());
  const { parameters } = await app.provider.visit(app.agent);
  await sdk.finish(app.transport, parameters);
  await app.connect();
  assert.match(await app.call('whoami'), /alice/);
});

test('[MCP-AZR-11][MCP-ISS-01] v1: a refusal comes back with error, state and iss', async (t) => {
  const app = new Application(sdk, server, { provider: new Provider({ client_name: 'Unwanted' }) });
  t.after(() => app.close());
  await app.expectLogin(app.connect());
  const { parameters, consent } = await app.provider.visit(app.agent, 'deny');
  assert.match(consent.text, /Unwanted/);
  assert.equal(parameters.get('error'), 'access_denied');
  assert.equal(parameters.get('iss'), server.issuer);
  assert.equal(parameters.get('code'), null);
});
