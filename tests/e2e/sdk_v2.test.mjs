// The second generation of the MCP TypeScript SDK, as published, in each era that it speaks.
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  Application,
  assertRefreshedOnlyAfterExpiry,
  refreshAtOnce,
  waitForExpiry,
} from './support/sdk.mjs';
import { startServer } from './support/server.mjs';

const sdk = {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  finish: (transport, parameters) => transport.finishAuth(parameters),
};

// What each sends first, and which revision comes out of it.
const eras = [
  { name: '2025-11-25', options: {}, first: 'initialize', revision: '2025-11-25' },
  {
    name: '2026-07-28',
    options: { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    first: 'server/discover',
    revision: '2026-07-28',
  },
  {
    name: 'whichever the server offers',
    options: { versionNegotiation: { mode: 'auto' } },
    first: 'server/discover',
    revision: '2026-07-28',
  },
];

let server; // with ordinary lifetimes
let shortLived; // access tokens of 3 s
before(async () => {
  server = await startServer();
  shortLived = await startServer({ access_token: { lifetime_seconds: 3 } });
});
after(() => Promise.all([server?.stop(), shortLived?.stop()]));

for (const era of eras) {
  const make = (at) => new Application(sdk, at, { clientOptions: era.options });

  test(`[MCP-PRM-07][MCP-RES-01] v2 walks from a 401 to a tool call, ${era.name}`, async (t) => {
    const app = make(server);
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
      assert.equal(fetch.requests[0].json.method, era.first);
      const { json, answer } = fetch.last('/register');
      assert.equal(json.application_type, 'native');
      assert.equal(JSON.parse(answer).application_type, 'native');
    });

    await t.test(
      '[MCP-RFT-06] login and consent, asked for because of offline_access',
      async () => {
        const asked = provider.saved.url.searchParams;
        assert.equal(asked.get('resource'), server.resource);
        assert.equal(asked.get('scope'), 'mcp offline_access');
        assert.equal(asked.get('prompt'), 'consent');
        const { parameters, consent } = await provider.visit(app.agent);
        assert.ok(consent, 'a consent page is shown');
        assert.equal(parameters.get('iss'), server.issuer); // the SDK demands it, and compares
        await sdk.finish(app.transport, parameters);
        assert.deepEqual(fetch.steps(), ['POST /token 200']);
        assert.equal(provider.saved.tokens.scope, 'mcp offline_access');
        assert.ok(provider.saved.tokens.refresh_token);
      },
    );

    await t.test('tool call, and no refresh where none is due', async () => {
      await app.connect();
      assert.match(await app.call('whoami'), /alice/);
      assert.equal(app.client.getNegotiatedProtocolVersion(), era.revision);
      const { tools } = await app.client.listTools();
      assert.deepEqual(tools.map((tool) => tool.name).sort(), ['add_note', 'list_notes', 'whoami']);
      const called = fetch.requests.find((r) => r.json?.method === 'tools/call');
      assert.equal(called.headers.get('mcp-protocol-version'), era.revision);
      const stateless = era.revision === '2026-07-28';
      assert.equal(called.headers.get('mcp-name'), stateless ? 'whoami' : null);
      assert.deepEqual(fetch.tokenRequests('refresh_token'), []);
    });
  });

  test(`[MCP-RFT-01][MCP-RFT-08] v2 refreshes after expiry, unseen by the user, ${era.name}`, async (t) => {
    const app = await make(shortLived).logIn();
    t.after(() => app.close());
    const first = app.provider.saved.tokens;

    await waitForExpiry(first.access_token);
    assert.match(await app.call('whoami'), /alice/);

    const second = app.provider.saved.tokens;
    assert.notEqual(second.refresh_token, first.refresh_token, 'rotated');
    assert.equal(second.scope, 'mcp offline_access');
    for (const { form, answer } of app.fetch.tokenRequests('refresh_token')) {
      assert.equal(form.get('resource'), shortLived.resource);
      assert.equal(JSON.parse(answer).scope, 'mcp offline_access');
    }
    assertRefreshedOnlyAfterExpiry(app.fetch.requests);
  });

  test(`[MCP-SCO-05][MCP-SCO-09] v2 steps up after a 403, ${era.name}`, async (t) => {
    const app = await make(server).logIn();
    t.after(() => app.close());
    app.fetch.steps();

    await app.expectLogin(app.call('list_notes'));
    assert.deepEqual(app.fetch.steps(), ['POST /mcp 403'], 'no refresh: it cannot widen a scope');
    const { challenge } = app.fetch.requests.findLast((r) => r.status === 403);
    assert.match(challenge, /error="insufficient_scope"/);
    assert.match(challenge, /[ ,]scope="notes:read"/);
    const union = app.provider.saved.url.searchParams.get('scope').split(' ').sort();
    assert.deepEqual(union, ['mcp', 'notes:read', 'offline_access']);

    const { parameters, consent } = await app.provider.visit(app.agent);
    assert.ok(consent, 'more rights are never given unseen');
    await sdk.finish(app.transport, parameters);
    assert.deepEqual(app.provider.saved.tokens.scope.split(' ').sort(), union);
    assert.match(await app.call('list_notes'), /no notes/i);
    assert.equal(app.fetch.requests.filter((r) => r.path === '/register').length, 1, 'same client');
  });
}

test('[MCP-RFT-03] v2: ten clients that refresh at once converge on one refresh token', async (t) => {
  const app = await new Application(sdk, shortLived).logIn();
  t.after(() => app.close());
  const make = (i) => new Application(sdk, shortLived, { clientOptions: eras[i % 2].options });
  await refreshAtOnce(make, app.provider.saved, shortLived);
});

test('[MCP-ISS-04] v2 reports a refusal as what it is, after it has checked iss', async (t) => {
  const app = new Application(sdk, server);
  t.after(() => app.close());
  await app.expectLogin(app.connect());
  const { parameters } = await app.provider.visit(app.agent, 'deny');
  await assert.rejects(sdk.finish(app.transport, parameters), /access_denied|denied/i);
});

test('[MCP-DCR-06][MCP-TOK-11] v2 as a confidential client, with the secret that it was given', async (t) => {
  for (const method of ['client_secret_basic', 'client_secret_post']) {
    const app = new Application(sdk, shortLived);
    app.provider.clientMetadata.token_endpoint_auth_method = method;
    t.after(() => app.close());
    await app.logIn();
    const registered = app.provider.saved.client;
    assert.match(registered.client_secret, /^[A-Za-z0-9_-]+$/);
    assert.equal(registered.client_secret_expires_at, 0);
    await waitForExpiry(app.provider.saved.tokens.access_token);
    assert.match(await app.call('whoami'), /alice/);
    for (const each of app.fetch.requests.filter((r) => r.path === '/token')) {
      assert.equal(each.status, 200, each.answer);
      assert.equal(each.headers.has('authorization'), method === 'client_secret_basic');
    }
  }
});
