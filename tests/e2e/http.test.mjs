// What the example server publishes, from outside: metadata, keys, CORS, and which scopes and resources it
// gives tokens for.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { challengeOf, get, postForm, postJson, request } from './support/http.mjs';
import {
  assertTokenAnswer,
  callTool,
  claimsOf,
  discover,
  isAccepted,
  makeClient,
} from './support/oauth.mjs';
import { startServer } from './support/server.mjs';

let server;
let client;
let granted; // tokens with the scope mcp
before(async () => {
  server = await startServer();
  client = await makeClient(server);
  granted = await client.grant('mcp');
});
after(() => server?.stop());

const wellKnown = (name) => `${server.origin}/.well-known/${name}`;

describe('metadata', () => {
  test('[MCP-PRM-01][MCP-PRM-06][MCP-PRM-08][MCP-PRM-11] both protected-resource documents', async () => {
    for (const name of ['oauth-protected-resource/mcp', 'oauth-protected-resource']) {
      const answer = await get(wellKnown(name));
      assert.equal(answer.status, 200, name);
      assert.match(answer.headers['content-type'], /^application\/json\b/);
      const document = answer.json();
      assert.equal(document.resource, server.resource);
      assert.deepEqual(document.authorization_servers, [server.issuer]);
      assert.deepEqual(document.scopes_supported.sort(), ['mcp', 'notes:read', 'notes:write']);
      assert.deepEqual(document.bearer_methods_supported, ['header']);
    }
  });

  test('[MCP-ASM-03][MCP-ASM-04][MCP-ASM-15] one authorization server document at every location', async () => {
    const answers = await Promise.all(
      ['oauth-authorization-server', 'openid-configuration'].map((name) => get(wellKnown(name))),
    );
    assert.deepEqual(
      answers.map((a) => a.status),
      [200, 200],
    );
    assert.equal(answers[0].text, answers[1].text);
    const document = answers[0].json();
    assert.equal(document.issuer, server.issuer);
    assert.deepEqual(document.response_types_supported, ['code']);
    assert.deepEqual(document.code_challenge_methods_supported, ['S256']);
    assert.equal(document.authorization_response_iss_parameter_supported, true);
    assert.equal(document.request_uri_parameter_supported, false);
    for (const grant of ['authorization_code', 'refresh_token'])
      assert.ok(document.grant_types_supported.includes(grant), grant);
    for (const method of ['none', 'client_secret_basic', 'client_secret_post'])
      assert.ok(document.token_endpoint_auth_methods_supported.includes(method), method);
    assert.deepEqual(document.scopes_supported.sort(), [
      'mcp',
      'notes:read',
      'notes:write',
      'offline_access',
    ]);
    for (const member of [
      'jwks_uri',
      'subject_types_supported',
      'id_token_signing_alg_values_supported',
    ])
      assert.ok(document[member]?.length, member);
    for (const [member, value] of Object.entries(document))
      assert.ok(value !== null && value.length !== 0, `${member} is empty`);
  });

  test('[ASM-11] every endpoint that is advertised is there', async () => {
    const document = await discover(server);
    for (const [member, url] of Object.entries(document)) {
      if (!member.endsWith('_endpoint') && member !== 'jwks_uri') continue;
      assert.ok(url.startsWith(server.issuer), url);
      const answer = await get(url);
      assert.ok(answer.status !== 404 && answer.status < 500, `${member}: ${answer.status}`);
    }
  });

  test('[MCP-ASM-02][MCP-PRM-05][ASM-02] an issuer with a path, behind a name of its own', async (t) => {
    const tenant = await startServer({ issuer: 'https://mcp.example/t1' });
    t.after(() => tenant.stop());
    const at = (path) => get(tenant.origin + path, { Host: 'mcp.example' });
    const documents = await Promise.all(
      [
        '/.well-known/oauth-authorization-server/t1',
        '/.well-known/openid-configuration/t1',
        '/t1/.well-known/openid-configuration',
      ].map(at),
    );
    for (const answer of documents) {
      assert.equal(answer.status, 200);
      assert.equal(answer.text, documents[0].text);
      assert.equal(answer.json().issuer, 'https://mcp.example/t1');
      assert.match(answer.json().token_endpoint, /^https:\/\/mcp\.example\//);
    }
    const resource = await at('/.well-known/oauth-protected-resource/t1/mcp');
    assert.equal(resource.json().resource, 'https://mcp.example/t1/mcp');
    const refused = await at('/t1/mcp');
    assert.equal(refused.status, 401);
    assert.equal(
      challengeOf(refused).resource_metadata,
      'https://mcp.example/.well-known/oauth-protected-resource/t1/mcp',
    );
  });

  test('[MCP-BC-02] clients that know no metadata find the endpoints at the origin', async (t) => {
    const tenant = await startServer({ issuer: 'https://mcp.example/t1' });
    t.after(() => tenant.stop());
    const registration = { redirect_uris: ['http://127.0.0.1/callback'] };
    assert.equal((await postJson(`${tenant.origin}/register`, registration)).status, 201);
    assertTokenAnswer(await postForm(`${tenant.origin}/token`, {}), 400, 'invalid_request');
    const page = await get(`${tenant.origin}/authorize`);
    assert.equal(page.status, 400);
    assert.match(page.headers['content-type'], /^text\/html/);
  });

  test('[MCP-PRM-14][ASM-13] no request header changes a URL', async () => {
    for (const name of ['oauth-protected-resource/mcp', 'oauth-authorization-server']) {
      const plain = await get(wellKnown(name));
      const forged = await get(wellKnown(name), {
        Host: 'evil.example',
        'X-Forwarded-Host': 'evil.example',
        'X-Forwarded-Proto': 'https',
        Forwarded: 'host=evil.example;proto=https',
      });
      assert.equal(forged.text, plain.text);
    }
  });

  test('[ASM-10] the published keys are public, and verify access tokens', async () => {
    const { jwks_uri } = await discover(server);
    const { keys } = (await get(jwks_uri)).json();
    const [header, payload, signature] = granted.access_token.split('.');
    const { alg, kid, typ } = JSON.parse(Buffer.from(header, 'base64url'));
    assert.equal(alg, 'ES256');
    assert.equal(typ, 'at+jwt');
    for (const key of keys) assert.ok(!('d' in key) && !('k' in key), 'a private member is public');
    const key = createPublicKey({ key: keys.find((each) => each.kid === kid), format: 'jwk' });
    assert.ok(
      verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        { key, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      ),
    );
  });

  test('[MCP-TOK-14] an access token is an RFC 9068 JWT for this resource', () => {
    const claims = claimsOf(granted.access_token);
    assert.equal(claims.iss, server.issuer);
    assert.deepEqual([claims.aud].flat(), [server.resource]);
    assert.equal(claims.client_id, client.id);
    assert.equal(claims.sub, 'alice');
    assert.equal(claims.scope, 'mcp');
    assert.equal(claims.exp - claims.iat, 600);
    assert.ok(claims.jti);
  });

  test('a path that is none is 404, for scripts too', async () => {
    const answer = await get(wellKnown('oauth-protected-resource/other'), {
      Origin: 'http://localhost:6274',
    });
    assert.equal(answer.status, 404);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
  });
});

describe('CORS', () => {
  const origin = 'http://localhost:6274';
  const allowed = [
    'authorization',
    'content-type',
    'mcp-protocol-version',
    'mcp-session-id',
    'mcp-method',
    'mcp-name',
    'last-event-id',
    'dpop',
  ];
  const preflight = (url, method) =>
    request(url, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': allowed.join(','),
      },
    });
  const list = (text) => text.toLowerCase().split(/\s*,\s*/);

  test('[MCP-SEC-13][OA21-TOK-14] preflights without a token wherever a script may go', async () => {
    const { registration_endpoint, token_endpoint, revocation_endpoint, jwks_uri } = client.as;
    for (const [url, method] of [
      [wellKnown('oauth-protected-resource'), 'GET'],
      [wellKnown('oauth-protected-resource/mcp'), 'GET'],
      [wellKnown('oauth-authorization-server'), 'GET'],
      [wellKnown('openid-configuration'), 'GET'],
      [jwks_uri, 'GET'],
      [registration_endpoint, 'POST'],
      [token_endpoint, 'POST'],
      [revocation_endpoint, 'POST'],
      [server.mcp, 'POST'],
      [server.mcp, 'GET'],
    ]) {
      const answer = await preflight(url, method);
      assert.ok([200, 204].includes(answer.status), `${url}: ${answer.status}`);
      assert.equal(answer.headers['access-control-allow-origin'], '*', url);
      assert.equal(answer.headers['access-control-allow-credentials'], undefined);
      assert.ok(
        list(answer.headers['access-control-allow-methods']).includes(method.toLowerCase()),
        url,
      );
      for (const header of allowed)
        assert.ok(
          list(answer.headers['access-control-allow-headers']).includes(header),
          `${url}: ${header}`,
        );
    }
  });

  test('[MCP-SEC-13] answers may be read, good and bad ones, and challenges are exposed', async () => {
    const answers = {
      metadata: await get(wellKnown('oauth-authorization-server'), { Origin: origin }),
      'refused by /mcp': await request(server.mcp, { method: 'POST', headers: { Origin: origin } }),
      'insufficient scope': await callTool(
        server,
        granted.access_token,
        'list_notes',
        {},
        { Origin: origin },
      ),
      'a tool call': await callTool(server, granted.access_token, 'whoami', {}, { Origin: origin }),
      'a refused token request': await postForm(client.as.token_endpoint, {}, { Origin: origin }),
      'a refused registration': await request(client.as.registration_endpoint, {
        method: 'POST',
        headers: { Origin: origin },
      }),
      revocation: await postForm(
        client.as.revocation_endpoint,
        { token: 'x', client_id: client.id },
        { Origin: origin },
      ),
    };
    for (const [what, answer] of Object.entries(answers)) {
      assert.equal(answer.headers['access-control-allow-origin'], '*', what);
      const exposed = list(answer.headers['access-control-expose-headers'] ?? '');
      for (const header of ['www-authenticate', 'mcp-session-id', 'dpop-nonce'])
        assert.ok(exposed.includes(header), `${what}: ${header}`);
    }
  });

  test('[OA21-AUTHZ-07][MCP-AZR-13] never on the authorization endpoint, nor on any page', async () => {
    const url = client.authorizationUrl('x'.repeat(43)).href;
    for (const page of [
      url,
      `${server.origin}/login`,
      `${server.origin}/consent`,
      `${server.origin}/`,
    ])
      for (const answer of [await get(page, { Origin: origin }), await preflight(page, 'POST')])
        for (const name of Object.keys(answer.headers))
          assert.ok(!name.startsWith('access-control-'), `${page}: ${name}`);
  });

  test('only the configured origins, where some are', async (t) => {
    const picky = await startServer({ cors_allowed_origins: ['https://app.example'] });
    t.after(() => picky.stop());
    const url = `${picky.origin}/.well-known/oauth-authorization-server`;
    const known = await get(url, { Origin: 'https://app.example' });
    assert.equal(known.headers['access-control-allow-origin'], 'https://app.example');
    assert.match(known.headers.vary, /origin/i);
    const stranger = await get(url, { Origin: 'https://evil.example' });
    assert.equal(stranger.status, 200);
    assert.equal(stranger.headers['access-control-allow-origin'], undefined);
  });
});

describe('scopes and resources', () => {
  test('[MCP-RES-09][MCP-BC-06] neither scope nor resource: mcp, for /mcp', async () => {
    const code = await client.authorize({ scope: undefined, resource: undefined });
    const answer = await client.redeem(code, { resource: undefined });
    assertTokenAnswer(answer, 200);
    assert.equal(answer.json().scope, 'mcp');
    assert.ok(await isAccepted(server, answer.json().access_token));
  });

  test('[MCP-RES-06][MCP-RES-08] which spellings of the resource are the resource', async () => {
    const upper = server.resource.replace('http://', 'HTTP://');
    const { parameters } = await client.authorize({ resource: upper });
    assert.ok(parameters.get('code'));
    for (const resource of [
      `${server.resource}/`,
      `${server.resource}?x=1`,
      `${server.resource}#x`,
      server.resource.replace('/mcp', '/MCP'),
      'https://evil.example/mcp',
      'mcp',
    ]) {
      const answer = await client.authorize({ resource });
      assert.equal(answer.parameters.get('error'), 'invalid_target', resource);
      assert.equal(answer.parameters.get('iss'), server.issuer);
    }
  });

  test('[MCP-SCO-14][MCP-SCO-13] unknown scopes are narrowed away, and the answer says so', async () => {
    const answer = await client.redeem(
      await client.authorize({ scope: 'notes:read openid mcp email' }),
    );
    assert.deepEqual(answer.json().scope.split(' ').sort(), ['mcp', 'notes:read']);
    const nothing = await client.authorize({ scope: 'openid email' });
    assert.equal(nothing.parameters.get('error'), 'invalid_scope');
  });

  test('[MCP-DCR-10] a registered scope is a default and no ceiling', async () => {
    const narrow = await makeClient(server, { scope: 'notes:read' });
    assert.equal(
      (await narrow.redeem(await narrow.authorize({ scope: undefined }))).json().scope,
      'notes:read',
    );
    const wide = await narrow.redeem(await narrow.authorize({ scope: 'mcp notes:write' }));
    assert.equal(wide.json().scope, 'mcp notes:write');
  });

  test('[MCP-AZR-06] any port on a registered loopback redirect, nothing else', async () => {
    const local = await makeClient(server, {
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1:1111/callback'],
    });
    for (const redirect_uri of [
      'http://localhost:54321/callback',
      'http://127.0.0.1:2222/callback',
    ]) {
      const code = await local.authorize({ redirect_uri });
      assert.equal(code.callback.origin + code.callback.pathname, redirect_uri);
      assertTokenAnswer(await local.redeem(code, { redirect_uri }), 200);
    }
  });
});
