// What the endpoints that clients call directly answer to requests that are wrong: the right 4xx and code,
// nothing used up, and the next honest request works. For the pages see authorize.test.mjs.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { exchange, get, postForm, postJson, request } from './support/http.mjs';
import {
  assertTokenAnswer,
  callMcp,
  isAccepted,
  makeClient,
  pkce,
  redirectUri,
} from './support/oauth.mjs';
import { startServer } from './support/server.mjs';

let server;
let client;
let stranger; // another public client
let keeper; // a confidential one
before(async () => {
  server = await startServer();
  client = await makeClient(server);
  stranger = await makeClient(server);
  keeper = await makeClient(server, { token_endpoint_auth_method: 'client_secret_basic' });
});
after(async () => {
  assert.ok(await isAccepted(server, (await client.grant()).access_token), 'still in good health');
  await server?.stop();
});

const form = 'application/x-www-form-urlencoded';
const basic = (id, secret) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

/** Requests that are wrong whatever the endpoint that takes forms. `good` is an honest form. */
function wrongForms(good) {
  const text = new URLSearchParams(good).toString();
  return {
    'malformed escape': { body: `${text}&x=%zz`, error: 'invalid_request' },
    'cut escape': { body: `${text}&x=%4`, error: 'invalid_request' },
    'no UTF-8': { body: `${text}&x=%ff%fe`, error: 'invalid_request' },
    'overlong UTF-8': { body: `${text}&x=%c0%af`, error: 'invalid_request' },
    'a surrogate': { body: `${text}&x=%ed%a0%80`, error: 'invalid_request' },
    'too many parameters': { body: `${text}${'&x=1'.repeat(80)}`, error: 'invalid_request' },
    'a value too long': { body: `${text}&x=${'a'.repeat(6000)}`, error: 'invalid_request' },
    'a body too large': {
      body: `${text}&x=${'a'.repeat(40_000)}`,
      status: 413,
      error: 'invalid_request',
    },
    JSON: {
      body: JSON.stringify(good),
      headers: { 'Content-Type': 'application/json' },
      error: 'invalid_request',
    },
    'no content type': { body: text, headers: {}, error: 'invalid_request' },
    multipart: {
      body: text,
      headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
      error: 'invalid_request',
    },
    'two content types': {
      body: text,
      headers: [
        ['Content-Type', form],
        ['Content-Type', 'text/plain'],
      ],
      error: 'invalid_request',
    },
    'nothing at all': { body: '', error: 'invalid_request' },
    'everything in the query': { body: '', query: `?${text}`, error: 'invalid_request' },
    GET: { method: 'GET', query: `?${text}`, status: 405, error: 'invalid_request' },
    PUT: { method: 'PUT', body: text, status: 405, error: 'invalid_request' },
    'a header too long': {
      body: text,
      headers: { 'Content-Type': form, 'X-Long': 'a'.repeat(8192) },
      status: [400, 431],
    },
    'a target too long': { body: text, query: `?x=${'a'.repeat(9000)}`, status: 414 },
  };
}

async function sendWrong(
  url,
  { method = 'POST', body, headers = { 'Content-Type': form }, query = '' },
) {
  return request(url + query, { method, headers, body });
}

async function expectRefusals(url, cases) {
  for (const [what, wrong] of Object.entries(cases)) {
    const answer = await sendWrong(url, wrong);
    const statuses = [wrong.status ?? (wrong.error === 'invalid_client' ? 401 : 400)].flat();
    assert.ok(statuses.includes(answer.status), `${what}: ${answer.status} ${answer.text}`);
    if (answer.status === 405) assert.match(answer.headers.allow, /\bPOST\b/, what);
    if (answer.status === 401) assert.ok(answer.headers['www-authenticate'], what);
    if (!wrong.error) continue;
    assert.equal(answer.json().error, wrong.error, what);
    assert.match(answer.headers['content-type'], /^application\/json\b/, what);
    assert.match(answer.headers['cache-control'] ?? '', /\bno-store\b/, what);
    assert.equal(answer.json().access_token, undefined, what);
  }
}

/** Changes one field of an honest form; `undefined` takes it away, an array repeats it. */
function changed(good, changes, error, more = {}) {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...good, ...changes }))
    for (const each of [value].flat()) if (each !== undefined) fields.append(name, each);
  return { body: fields.toString(), error, ...more };
}

/** Who asks can be wrong in many ways, on every endpoint that authenticates clients. */
function wrongClients(good) {
  const as = (value) => ({ headers: { 'Content-Type': form, Authorization: value } });
  return {
    'no client': changed(good, { client_id: undefined }, 'invalid_request'),
    'an empty client': changed(good, { client_id: '' }, 'invalid_request'),
    'two clients': changed(good, { client_id: [client.id, client.id] }, 'invalid_request'),
    'an unknown client': changed(good, { client_id: 'client_none' }, 'invalid_client'),
    'a client that is a URL': changed(
      good,
      { client_id: 'https://evil.example/client' },
      'invalid_client',
    ),
    'an endless client': changed(good, { client_id: 'a'.repeat(3000) }, 'invalid_client'),
    'a secret of a client that has none': changed(good, { client_secret: 'x' }, 'invalid_client'),
    'Basic for a client without a secret': changed(
      good,
      {},
      'invalid_client',
      as(basic(client.id, 'x')),
    ),
    'Basic, and no base64': changed(good, {}, 'invalid_client', as('Basic !!!')),
    'Basic without a colon': changed(
      good,
      {},
      'invalid_client',
      as(`Basic ${Buffer.from(client.id).toString('base64')}`),
    ),
    'Basic with a broken escape': changed(good, {}, 'invalid_client', as(basic(client.id, '%zz'))),
    'Basic and a secret in the body': changed(
      good,
      { client_secret: 'x' },
      'invalid_request',
      as(basic(client.id, 'x')),
    ),
    'Basic twice': changed(good, {}, 'invalid_request', {
      headers: [
        ['Content-Type', form],
        ['Authorization', basic(client.id, 'x')],
        ['Authorization', basic(client.id, 'x')],
      ],
    }),
    'another scheme': changed(good, {}, 'invalid_client', as('Bearer abc')),
    'two different clients': changed(
      good,
      {},
      'invalid_request',
      as(basic(keeper.id, keeper.secret)),
    ),
    'a confidential client that only names itself': changed(
      good,
      { client_id: keeper.id },
      'invalid_client',
    ),
    'the right secret, sent the wrong way': changed(
      good,
      { client_id: keeper.id, client_secret: keeper.secret },
      'invalid_client',
    ),
  };
}

const flipped = (handle) =>
  handle.slice(0, -2) + (handle.at(-2) === 'A' ? 'B' : 'A') + handle.at(-1);

describe('the token endpoint', () => {
  test('[OA21-TOK-02][OA21-TOK-04][OA21-TOK-05][OA21-CODE-12] no wrong redemption uses up a code', async () => {
    const code = await client.authorize();
    const good = {
      grant_type: 'authorization_code',
      code: code.parameters.get('code'),
      redirect_uri: redirectUri,
      code_verifier: code.verifier,
      client_id: client.id,
    };
    await expectRefusals(client.as.token_endpoint, {
      ...wrongForms(good),
      ...wrongClients(good),
      'no grant type': changed(good, { grant_type: undefined }, 'invalid_request'),
      'an empty grant type': changed(good, { grant_type: '' }, 'invalid_request'),
      'another case': changed(good, { grant_type: 'Authorization_Code' }, 'unsupported_grant_type'),
      'an unknown grant type': changed(
        good,
        { grant_type: 'urn:example:grant' },
        'unsupported_grant_type',
      ),
      'the password grant': changed(good, { grant_type: 'password' }, 'unsupported_grant_type'),
      'two grant types': changed(
        good,
        { grant_type: ['authorization_code', 'authorization_code'] },
        'invalid_request',
      ),
      'two codes': changed(good, { code: [good.code, good.code] }, 'invalid_request'),
      'two verifiers': changed(
        good,
        { code_verifier: [code.verifier, code.verifier] },
        'invalid_request',
      ),
      'no code': changed(good, { code: undefined }, 'invalid_request'),
      'an empty code': changed(good, { code: '' }, 'invalid_request'),
      'a made-up code': changed(good, { code: 'abc' }, 'invalid_grant'),
      'a garbled code': changed(good, { code: flipped(good.code) }, 'invalid_grant'),
      'a code and more': changed(good, { code: `${good.code}A` }, 'invalid_grant'),
      'a NUL': changed(good, { code: `${good.code}\0` }, undefined, { status: 400 }),
      'no verifier': changed(good, { code_verifier: undefined }, undefined, { status: 400 }),
      'another verifier': changed(good, { code_verifier: pkce().verifier }, 'invalid_grant'),
      'a short verifier': changed(good, { code_verifier: 'abc' }, undefined, { status: 400 }),
      'the challenge for a verifier': changed(
        good,
        { code_verifier: 'A'.repeat(43) },
        'invalid_grant',
      ),
      'another redirect': changed(good, { redirect_uri: `${redirectUri}/x` }, 'invalid_grant'),
      'another client': changed(good, { client_id: stranger.id }, 'invalid_grant'),
      'another resource': changed(good, { resource: 'https://evil.example' }, 'invalid_target'),
      'a wider scope': changed(good, { scope: 'mcp notes:write' }, 'invalid_scope'),
    });
    assertTokenAnswer(await client.redeem(code), 200);
  });

  test('[RT-12][OA21-REF-01][OA21-REF-03][MCP-RES-10] no wrong refresh uses up a refresh token', async () => {
    const { refresh_token, access_token } = await client.grant();
    const good = { grant_type: 'refresh_token', refresh_token, client_id: client.id };
    await expectRefusals(client.as.token_endpoint, {
      ...wrongForms(good),
      ...wrongClients(good),
      'no token': changed(good, { refresh_token: undefined }, 'invalid_request'),
      'an empty token': changed(good, { refresh_token: '' }, 'invalid_request'),
      'two tokens': changed(
        good,
        { refresh_token: [refresh_token, refresh_token] },
        'invalid_request',
      ),
      'a made-up token': changed(good, { refresh_token: 'abc' }, 'invalid_grant'),
      'a garbled token': changed(good, { refresh_token: flipped(refresh_token) }, 'invalid_grant'),
      'an access token': changed(good, { refresh_token: access_token }, 'invalid_grant'),
      'a wider scope': changed(good, { scope: 'mcp notes:write' }, 'invalid_scope'),
      'a malformed scope': changed(good, { scope: 'mcp\\' }, 'invalid_scope'),
      'another resource': changed(good, { resource: 'https://evil.example' }, 'invalid_target'),
      'another client [RT-08]': changed(good, { client_id: stranger.id }, 'invalid_grant'),
    });
    assertTokenAnswer(await client.refresh(refresh_token), 200);
  });

  test('[OA21-TOK-03][OA21-GEN-06] unusual, and right', async () => {
    const { access_token, refresh_token } = await client.grant();
    const good = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token,
      client_id: client.id,
    });
    assert.ok(access_token);
    const variants = [
      [`${good}&foo=bar&scope=`, { 'Content-Type': `${form};charset=UTF-8` }],
      [`${good}&x=%C2%A3+%E2%82%AC`, { 'Content-Type': 'APPLICATION/x-www-form-urlencoded' }],
      [good.toString().replaceAll('_', '%5f'), { 'Content-Type': form }],
    ];
    for (const [body, headers] of variants)
      assertTokenAnswer(
        await request(client.as.token_endpoint, { method: 'POST', headers, body }),
        200,
      );
    const { host, pathname } = new URL(client.as.token_endpoint);
    const chunked = await exchange(
      server.origin,
      `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${form}\r\n` +
        `Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n` +
        `${good.toString().length.toString(16)}\r\n${good}\r\n0\r\n\r\n`,
    );
    assert.match(chunked, /^HTTP\/1\.1 200/);
  });

  test('[MCP-ERR-06][OA21-TOK-08] a wrong secret is 401 with a challenge for Basic', async () => {
    const answer = await postForm(
      keeper.as.token_endpoint,
      { grant_type: 'refresh_token', refresh_token: 'x' },
      { Authorization: basic(keeper.id, 'wrong') },
    );
    assertTokenAnswer(answer, 401, 'invalid_client');
    assert.match(answer.headers['www-authenticate'], /^Basic /);
  });
});

describe('registration', () => {
  const good = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' };

  test('[DCR-01][DCR-08][DCR-11][MCP-DCR-07] what is not acceptable', async () => {
    const uris = (...redirect_uris) => ({ ...good, redirect_uris });
    const nested = `{"redirect_uris":["${redirectUri}"],"x":${'['.repeat(100)}${']'.repeat(100)}}`;
    for (const [what, body, error, status = 400] of [
      ['no JSON', '{', 'invalid_client_metadata'],
      ['empty', '', 'invalid_client_metadata'],
      ['no object', '[]', 'invalid_client_metadata'],
      ['a member twice', '{"redirect_uris":[],"redirect_uris":[]}', 'invalid_client_metadata'],
      [
        'no UTF-8',
        Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
        'invalid_client_metadata',
      ],
      ['too deep', nested, 'invalid_client_metadata'],
      ['too large', { ...good, x: 'a'.repeat(40_000) }, 'invalid_client_metadata', 413],
      ['a wrong type', { ...good, client_name: 7 }, 'invalid_client_metadata'],
      ['redirects of a wrong type', { ...good, redirect_uris: redirectUri }, undefined],
      ['no redirects', { token_endpoint_auth_method: 'none' }, 'invalid_redirect_uri'],
      ['an empty list', uris(), 'invalid_redirect_uri'],
      ['a fragment', uris(`${redirectUri}#x`), 'invalid_redirect_uri'],
      ['remote http', uris('http://evil.example/callback'), 'invalid_redirect_uri'],
      ['a script', uris('javascript:alert(1)'), 'invalid_redirect_uri'],
      ['data', uris('data:text/html,x'), 'invalid_redirect_uri'],
      ['a file', uris('file:///etc/passwd'), 'invalid_redirect_uri'],
      ['userinfo', uris('https://a@evil.example/'), 'invalid_redirect_uri'],
      ['relative', uris('/callback'), 'invalid_redirect_uri'],
      ['one good, one bad', uris(redirectUri, 'javascript:alert(1)'), 'invalid_redirect_uri'],
      [
        'too many',
        uris(...Array.from({ length: 100 }, (_, i) => `${redirectUri}/${i}`)),
        undefined,
      ],
      [
        'an unknown method',
        { ...good, token_endpoint_auth_method: 'magic' },
        'invalid_client_metadata',
      ],
      ['only implicit', { ...good, grant_types: ['implicit'] }, 'invalid_client_metadata'],
      [
        'a page that is no URI',
        { ...good, client_uri: 'https://evil.example/"><b>' },
        'invalid_client_metadata',
      ],
      [
        'a script for a page',
        { ...good, client_uri: 'javascript:alert(1)' },
        'invalid_client_metadata',
      ],
      [
        'a name that runs backwards',
        { ...good, client_name: 'Claude \u202e' },
        'invalid_client_metadata',
      ],
    ]) {
      const answer = Buffer.isBuffer(body)
        ? await request(client.as.registration_endpoint, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body,
          })
        : await postJson(client.as.registration_endpoint, body);
      assert.equal(answer.status, status, `${what}: ${answer.status} ${answer.text}`);
      assert.match(answer.headers['content-type'], /^application\/json\b/, what);
      const codes = error ? [error] : ['invalid_redirect_uri', 'invalid_client_metadata'];
      assert.ok(codes.includes(answer.json().error), `${what}: ${answer.text}`);
      assert.equal(answer.json().client_id, undefined, what);
    }
  });

  test('[DCR-01] other methods and content types', async () => {
    const get405 = await get(client.as.registration_endpoint);
    assert.equal(get405.status, 405);
    assert.match(get405.headers.allow, /\bPOST\b/);
    const asForm = await postForm(client.as.registration_endpoint, { redirect_uris: redirectUri });
    assert.equal(asForm.status, 400);
    assert.equal(asForm.json().error, 'invalid_client_metadata');
  });

  test('[DCR-03][DCR-04][DCR-05][DCR-07][MCP-DCR-06][MCP-DCR-08] unusual, and right', async () => {
    const answer = await postJson(client.as.registration_endpoint, {
      redirect_uris: [redirectUri],
      foo: 'bar',
      'client_name#ja': 'x',
      client_id: 'mine',
      client_secret: 'mine',
    });
    assert.equal(answer.status, 201);
    assert.match(answer.headers['cache-control'], /no-store/);
    const made = answer.json();
    assert.notEqual(made.client_id, 'mine');
    assert.notEqual(made.client_secret, 'mine');
    assert.equal(made.token_endpoint_auth_method, 'client_secret_basic');
    assert.equal(made.client_secret_expires_at, 0);
    assert.deepEqual(made.grant_types, ['authorization_code']);
    assert.deepEqual(made.response_types, ['code']);
    assert.equal(made.registration_client_uri, undefined); // [MCP T-29]
  });

  test('[MCP-DCR-04][MCP-DCR-12] a loopback redirect makes a native client, whatever it says of itself', async () => {
    for (const application_type of [undefined, 'native', 'web', 'spaceship']) {
      const { registration } = await makeClient(server, { application_type });
      assert.equal(registration.application_type, 'native');
    }
  });

  test('[DCR-02] switched off, it is gone; with an initial access token, it asks for it', async (t) => {
    const closed = await startServer({ registration: { enabled: false } });
    t.after(() => closed.stop());
    const metadata = (await get(`${closed.origin}/.well-known/oauth-authorization-server`)).json();
    assert.equal(metadata.registration_endpoint, undefined);
    assert.equal((await postJson(`${closed.origin}/register`, good)).status, 404);

    const invited = await startServer({ registration: { initial_access_token: 'let-me-in' } });
    t.after(() => invited.stop());
    const { registration_endpoint } = (
      await get(`${invited.origin}/.well-known/oauth-authorization-server`)
    ).json();
    for (const headers of [{}, { Authorization: 'Bearer wrong' }]) {
      const answer = await postJson(registration_endpoint, good, headers);
      assert.equal(answer.status, 401);
      assert.match(answer.headers['www-authenticate'], /^Bearer /);
    }
    const welcome = await postJson(registration_endpoint, good, {
      Authorization: 'Bearer let-me-in',
    });
    assert.equal(welcome.status, 201);
  });
});

describe('revocation', () => {
  test('[REV-01][REV-03][REV-04][REV-05] wrong requests end nothing', async () => {
    const { refresh_token, access_token } = await client.grant();
    const good = { token: refresh_token, client_id: client.id };
    await expectRefusals(client.as.revocation_endpoint, {
      ...wrongForms(good),
      ...wrongClients(good),
      'no token': changed(good, { token: undefined }, 'invalid_request'),
      'an empty token': changed(good, { token: '' }, 'invalid_request'),
      'two tokens': changed(good, { token: [refresh_token, refresh_token] }, 'invalid_request'),
      'another client': changed(good, { client_id: stranger.id }, undefined, { status: 400 }),
    });
    for (const token of ['garbage', flipped(refresh_token), 'a.b.c', `${access_token}x`])
      assert.equal((await client.revoke(token)).status, 200, token);
    assert.ok(await isAccepted(server, access_token));
    assert.equal(
      (await client.revoke(refresh_token, { token_type_hint: 'no_such_type' })).status,
      200,
    );
    assert.equal(await isAccepted(server, access_token), false);
    assert.equal((await client.revoke(refresh_token)).status, 200, 'once more');
  });
});

describe('the MCP endpoint', () => {
  test('malformed messages are 4xx, and never reach a tool', async () => {
    const { access_token } = await client.grant();
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${access_token}` };
    for (const [what, body] of [
      ['no JSON', '{'],
      ['empty', ''],
      ['a number', '1'],
      ['null', 'null'],
      ['no version', '{"id":1,"method":"ping"}'],
      ['a method of a wrong type', '{"jsonrpc":"2.0","id":1,"method":7}'],
      ['too deep', '['.repeat(10_000)],
      ['parameters of a wrong type', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[1]}'],
    ]) {
      const answer = await request(server.mcp, { method: 'POST', headers, body });
      assert.ok(
        answer.status >= 400 && answer.status < 500,
        `${what}: ${answer.status} ${answer.text}`,
      );
    }
    const text = await request(server.mcp, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'text/plain' },
      body: '{}',
    });
    assert.ok([400, 415].includes(text.status));
    const large = await request(server.mcp, {
      method: 'POST',
      headers,
      body: ' '.repeat(3_000_000),
    }).catch((error) => ({ status: 413, error })); // it may hang up while we are still talking
    assert.equal(large.status, 413);
    assert.equal((await callMcp(server, access_token, 'ping')).status, 200);
  });

  test('HTTP that is no HTTP is 4xx or the end of the connection', async () => {
    const { host } = new URL(server.origin);
    for (const [what, octets] of [
      ['no request line', '\r\n\r\n\r\n'],
      ['garbage', '\x16\x03\x01\x00\r\n\r\n'],
      [
        'two lengths',
        `POST /token HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      ],
      [
        'length and chunks',
        `POST /token HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      ],
      ['a negative length', `POST /token HTTP/1.1\r\nHost: ${host}\r\nContent-Length: -1\r\n\r\n`],
      [
        'two hosts',
        `POST /mcp HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      ],
    ]) {
      const answer = await exchange(server.origin, octets);
      assert.match(answer, /^(HTTP\/1\.1 4\d\d|$)/, `${what}: ${answer}`);
    }
  });
});
