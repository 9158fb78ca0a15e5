// The MCP endpoint behind its guard: challenges, tokens, scopes, hosts and origins, revocation, and what the
// 2026-07-28 revision asks for.
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { challengeOf, postJson, request } from './support/http.mjs';
import {
  assertTokenAnswer,
  callMcp,
  callTool,
  claimsOf,
  isAccepted,
  makeClient,
  toolText,
} from './support/oauth.mjs';
import { startServer } from './support/server.mjs';
import { UserAgent } from './support/user_agent.mjs';

const other = 'https://api.example/v1'; // the server issues tokens for it, and does not serve it

let server;
let client;
let granted; // tokens with the scope mcp, which stay good through all tests
let writer; // and some with notes:write
before(async () => {
  server = await startServer({
    additional_resources: [other],
    users: [
      { username: 'alice', password: 'wonderland' },
      { username: 'bob', password: 'builder' },
    ],
  });
  client = await makeClient(server);
  granted = await client.grant('mcp');
  writer = await client.grant('mcp notes:write');
});
after(() => server?.stop());

const wellKnown = (name) => `${server.origin}/.well-known/${name}`;

describe('the MCP endpoint', () => {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE'];

  test('[MCP-ERR-02][OA21-RS-07] without a token every method gets the challenge, and no error', async () => {
    for (const method of methods) {
      const answer = await request(server.mcp, { method });
      assert.equal(answer.status, 401, method);
      assert.deepEqual(challengeOf(answer), {
        scheme: 'Bearer',
        resource_metadata: wellKnown('oauth-protected-resource/mcp'),
        scope: 'mcp',
      });
    }
  });

  test('with a token GET is 405, and so is all but POST', async () => {
    const headers = { Authorization: `Bearer ${granted.access_token}` };
    for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
      const answer = await request(server.mcp, { method, headers });
      assert.equal(answer.status, 405, method);
      assert.match(answer.headers.allow, /\bPOST\b/);
    }
  });

  test('[MCP-ERR-03][MCP-TOK-02][OA21-RS-02][OA21-RS-03] which tokens are taken, and from where', async () => {
    const good = granted.access_token;
    const [header, payload] = good.split('.');
    const refused = {
      garbage: 'Bearer abc',
      'a refresh token': `Bearer ${granted.refresh_token}`,
      'no signature': `Bearer ${header}.${payload}.`,
      'another signature': `Bearer ${header}.${payload}.${writer.access_token.split('.')[2]}`,
      'alg none': `Bearer ${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`,
    };
    for (const [what, Authorization] of Object.entries(refused)) {
      const answer = await callMcp(server, undefined, 'ping', {}, { Authorization });
      assert.equal(answer.status, 401, what);
      assert.equal(challengeOf(answer).error, 'invalid_token', what);
      assert.equal(challengeOf(answer).scheme, 'Bearer');
    }
    for (const scheme of ['bearer', 'BEARER']) {
      const answer = await callMcp(
        server,
        undefined,
        'ping',
        {},
        { Authorization: `${scheme} ${good}` },
      );
      assert.equal(answer.status, 200, scheme);
    }
    const inQuery = await request(`${server.mcp}?access_token=${good}`, { method: 'POST' });
    assert.equal(inQuery.status, 401);
    assert.equal(challengeOf(inQuery).error, undefined);
    const twice = await request(server.mcp, {
      method: 'POST',
      headers: [
        ['Authorization', `Bearer ${good}`],
        ['Authorization', `Bearer ${good}`],
      ],
    });
    assert.equal(twice.status, 400);
  });

  test('[MCP-TOK-05][MCP-RES-05] a token for another resource is not taken here', async () => {
    const code = await client.authorize({ resource: other });
    const answer = await client.redeem(code, { resource: other });
    assertTokenAnswer(answer, 200);
    const { access_token } = answer.json();
    assert.deepEqual([claimsOf(access_token).aud].flat(), [other]);
    assert.equal(await isAccepted(server, access_token), false);
  });

  test('[MCP-SCO-05][MCP-SCO-06] a tool beyond the scope is 403, naming all that it needs', async () => {
    for (const [tool, scope] of [
      ['list_notes', 'notes:read'],
      ['add_note', 'notes:write'],
    ]) {
      const answer = await callTool(server, granted.access_token, tool, { text: 'x' });
      assert.equal(answer.status, 403);
      const challenge = challengeOf(answer);
      assert.equal(challenge.scheme, 'Bearer');
      assert.equal(challenge.error, 'insufficient_scope');
      assert.equal(challenge.scope, scope);
      assert.equal(challenge.resource_metadata, wellKnown('oauth-protected-resource/mcp'));
    }
  });

  test('[MCP-SCO-12] notes:write implies notes:read', async () => {
    const { access_token } = writer;
    assert.equal((await callTool(server, access_token, 'add_note', { text: 'bread' })).status, 200);
    assert.match(toolText(await callTool(server, access_token, 'list_notes')), /bread/);
  });

  test('[MCP-SCO-12][MCP-TOK-03] nothing in the body gets past the scope check', async () => {
    const call = (name, id = 1) =>
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}","arguments":{"text":"smuggled"}}}`;
    const add = call('add_note', 2);
    for (const [what, body, revision] of [
      ['a batch', `[${call('whoami')},${add}]`, '2025-03-26'],
      ['a batch of no batches', `[[${add}]]`, '2025-03-26'],
      ['a batch in another revision', `[${add}]`, '2025-11-25'],
      ['a notification', add.replace('"id":2,', ''), '2025-11-25'],
      ['an id that is null', add.replace('"id":2', '"id":null'), '2025-11-25'],
      ['two methods', add.replace('"method"', '"method":"ping","method"'), '2025-11-25'],
      ['two methods, reversed', add.replace('"params"', '"method":"ping","params"'), '2025-11-25'],
      ['two names', add.replace('"name":', '"name":"whoami","name":'), '2025-11-25'],
      ['two names, reversed', add.replace('"arg', '"name":"whoami","arg'), '2025-11-25'],
      ['an escaped name', add.replace('add_note', 'add\\u005fnote'), '2025-11-25'],
      ['another case', add.replace('add_note', 'Add_Note'), '2025-11-25'],
      ['a space', add.replace('add_note', ' add_note'), '2025-11-25'],
      ['a NUL', add.replace('add_note', 'add_note\\u0000'), '2025-11-25'],
      ['a byte order mark', `\ufeff${add}`, '2025-11-25'],
    ]) {
      const answer = await request(server.mcp, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'MCP-Protocol-Version': revision,
          Authorization: `Bearer ${granted.access_token}`,
        },
        body,
      });
      assert.ok(answer.status < 500, `${what}: ${answer.status}`);
      const notes = toolText(await callTool(server, writer.access_token, 'list_notes'));
      assert.ok(!notes.includes('smuggled'), `${what}: ${answer.status} ${answer.text}`);
    }
  });

  test('[MCP-TOK-15] two users have two notebooks, through one client', async () => {
    const agent = new UserAgent({ username: 'bob', password: 'builder' });
    const bobs = await client.grant('mcp notes:write', { agent });
    assert.match(toolText(await callTool(server, bobs.access_token, 'whoami')), /bob/);
    await callTool(server, writer.access_token, 'add_note', { text: 'a note of alice' });
    await callTool(server, bobs.access_token, 'add_note', { text: 'a note of bob' });
    const seen = async (token) => toolText(await callTool(server, token, 'list_notes'));
    assert.ok(!(await seen(bobs.access_token)).includes('alice'));
    assert.ok(!(await seen(writer.access_token)).includes('bob'));
    assert.equal((await client.revoke(bobs.refresh_token)).status, 200);
    assert.ok(await isAccepted(server, writer.access_token), 'only one of the two grants ended');
  });

  test('the revisions with a handshake, and what a client of another one is offered', async () => {
    const token = granted.access_token;
    const offer = async (protocolVersion) => {
      const params = {
        protocolVersion,
        capabilities: {},
        clientInfo: { name: 'e2e', version: '1' },
      };
      const body = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
      const answer = await postJson(server.mcp, body, { Authorization: `Bearer ${token}` });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json().result.capabilities.tools.listChanged, undefined);
      return answer.json().result.protocolVersion;
    };
    for (const revision of ['2025-03-26', '2025-06-18', '2025-11-25'])
      assert.equal(await offer(revision), revision);
    assert.equal(await offer('1999-01-01'), '2025-11-25');
    for (const revision of ['2025-03-26', '2025-06-18']) {
      const headers = { 'MCP-Protocol-Version': revision };
      assert.match(toolText(await callTool(server, token, 'whoami', {}, headers)), /alice/);
    }
    const unknown = { 'MCP-Protocol-Version': '1999-01-01' };
    assert.equal((await callTool(server, token, 'whoami', {}, unknown)).status, 400);
    const session = { 'Mcp-Session-Id': 'made-up' };
    assert.equal((await callTool(server, token, 'whoami', {}, session)).status, 404);
  });

  test('[MCP-SEC-09] Host and Origin: ours and loopback pass, others are a plain 403', async () => {
    const { port } = new URL(server.origin);
    const headers = (more) => ({ Authorization: `Bearer ${granted.access_token}`, ...more });
    for (const more of [
      { Host: `localhost:${port}` },
      { Host: '127.0.0.1:1' },
      { Host: `[::1]:${port}` },
      { Origin: 'http://localhost:6274' },
      { Origin: 'http://127.0.0.1:1' },
      { Origin: server.origin },
    ])
      assert.equal(
        (await request(server.mcp, { headers: headers(more) })).status,
        405,
        JSON.stringify(more),
      );
    for (const more of [
      { Host: 'evil.example' },
      { Host: '127.0.0.1.evil.example' },
      { Origin: 'http://evil.example' },
      { Origin: 'null' },
      { Origin: 'http://localhost.evil.example' },
      { Host: '' },
      { Host: 'localhost@evil.example' },
    ]) {
      const answer = await request(server.mcp, {
        method: 'POST',
        headers: headers(more),
        body: '{}',
      });
      assert.equal(answer.status, 403, JSON.stringify(more));
      assert.equal(
        answer.headers['www-authenticate'],
        undefined,
        'no challenge: no token would help',
      );
    }
  });

  test('[REV-07][MCP-TOK-16] a revocation takes effect at once', async () => {
    for (const which of ['access_token', 'refresh_token']) {
      const mine = await client.grant();
      const again = (await client.refresh(mine.refresh_token)).json();
      assert.ok(await isAccepted(server, mine.access_token));
      assert.equal((await client.revoke(mine[which])).status, 200);
      assert.equal(await isAccepted(server, mine.access_token), false);
      assert.equal(await isAccepted(server, again.access_token), false);
      assertTokenAnswer(await client.refresh(again.refresh_token), 400, 'invalid_grant');
    }
    assert.ok(await isAccepted(server, granted.access_token), 'another grant of the same client');
  });

  test('a refusal takes its body along: the next request on the connection is the next request', async (t) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const body = `GET /smuggled HTTP/1.1\r\nHost: ${new URL(server.origin).host}\r\n\r\n`;
    for (const refused of [
      () => request(server.mcp, { method: 'POST', body, agent }),
      () => request(server.mcp, { method: 'POST', body, agent, headers: { Host: 'evil.example' } }),
      () => request(client.as.token_endpoint, { method: 'POST', body, agent }),
      () => request(`${server.origin}/nowhere`, { method: 'POST', body, agent }),
    ]) {
      assert.ok((await refused()).status >= 400);
      const next = await request(wellKnown('oauth-protected-resource'), { agent });
      assert.equal(next.status, 200);
      assert.ok(next.reused, 'the connection went on');
      assert.equal(next.json().resource, server.resource);
    }
  });
});

describe('the 2026-07-28 revision', () => {
  const revision = '2026-07-28';
  const meta = {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientInfo': { name: 'e2e', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const call = (method, params, headers) =>
    callMcp(
      server,
      granted.access_token,
      method,
      { ...params, _meta: meta },
      {
        'MCP-Protocol-Version': revision,
        'Mcp-Method': method,
        ...headers,
      },
    );

  test('server/discover, and lists that may be kept', async () => {
    const discovered = (await call('server/discover')).json().result;
    assert.ok(discovered.supportedVersions.includes(revision));
    assert.equal(discovered.capabilities.tools.listChanged, undefined);
    const list = (await call('tools/list')).json().result;
    assert.equal(list.tools.length, 3);
    assert.equal(typeof list.ttlMs, 'number');
    assert.equal(list.cacheScope, 'private'); // [MCP-SEC-12]
  });

  test('headers must be there and match the body', async () => {
    const tool = { name: 'whoami', arguments: {} };
    assert.match(toolText(await call('tools/call', tool, { 'Mcp-Name': 'whoami' })), /alice/);
    for (const headers of [
      {},
      { 'Mcp-Name': 'add_note' },
      { 'Mcp-Name': 'whoami', 'Mcp-Method': 'tools/list' },
      { 'Mcp-Name': 'whoami', 'MCP-Protocol-Version': '2025-11-25' },
    ])
      assert.equal((await call('tools/call', tool, headers)).status, 400, JSON.stringify(headers));
    const bare = await callMcp(
      server,
      granted.access_token,
      'tools/list',
      {},
      {
        'MCP-Protocol-Version': revision,
        'Mcp-Method': 'tools/list',
      },
    );
    assert.equal(bare.status, 400, 'without _meta');
  });

  test('methods that are unknown or were removed are 404 with -32601', async () => {
    for (const method of ['initialize', 'ping', 'no/such']) {
      const answer = await call(method);
      assert.equal(answer.status, 404, method);
      assert.equal(answer.json().error.code, -32601);
    }
  });

  test('[MCP-SCO-05] the scope that a tool needs is read from the body, whatever the header says', async () => {
    const answer = await call(
      'tools/call',
      { name: 'add_note', arguments: { text: 'x' } },
      { 'Mcp-Name': 'add_note' },
    );
    assert.equal(answer.status, 403);
    const lied = await call(
      'tools/call',
      { name: 'add_note', arguments: { text: 'x' } },
      { 'Mcp-Name': 'whoami' },
    );
    assert.ok([400, 403].includes(lied.status), `${lied.status}`);
  });
});
