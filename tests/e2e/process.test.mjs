// The program itself: flags, configuration, the ready line, signals, what it writes and what it never writes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { get, postForm, postJson } from './support/http.mjs';
import { assertTokenAnswer, isAccepted, makeClient, pkce, redirectUri } from './support/oauth.mjs';
import { runToEnd, startServer, temporaryFolder, writeConfig } from './support/server.mjs';
import { UserAgent, visibleText } from './support/user_agent.mjs';

async function assertRefused(flags, named) {
  const { status, out, err } = await runToEnd(flags);
  assert.equal(status, 2, `${flags.join(' ')}: ${err}`);
  assert.equal(out, '');
  assert.equal(err.trimEnd().split('\n').length, 1, `one line, not: ${err}`);
  assert.ok(err.includes(named), `${named} is not named: ${err}`);
  return err;
}

describe('flags', { concurrency: 2 }, () => {
  for (const [flags, named] of [
    [['--port', 'x'], '--port'],
    [['--port', '65536'], '--port'],
    [['--port', '-1'], '--port'],
    [['--host', 'a/b', '--port', '0'], '--host'],
    [['--config', '/does/not/exist.json'], '--config'],
    [['--storage', 'floppy:a'], '--storage'],
    [['--no-such-flag'], '--no-such-flag'],
    [['--port'], '--port'],
  ])
    test(`${flags.join(' ')} is refused`, () => assertRefused(flags, named));

  test('--help', async () => {
    const { status, out } = await runToEnd(['--help']);
    assert.equal(status, 0);
    for (const flag of ['--host', '--port', '--config', '--storage', '--audit'])
      assert.ok(out.includes(flag));
  });

  test('a port that is taken', async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    await assertRefused(['--port', new URL(server.origin).port], '--port');
  });
});

describe('configuration', { concurrency: 2 }, () => {
  for (const [config, pointer] of [
    ['{', ''],
    ['[]', ''],
    ['{"users": [], "users": []}', 'users'],
    [{ colour: 'blue' }, '/colour'],
    [{ issuer: 7 }, '/issuer'],
    [{ issuer: 'http://mcp.example' }, '/issuer'],
    [{ issuer: 'https://mcp.example/' }, '/issuer'],
    [{ profile: 'lax' }, '/profile'],
    [{ users: [{ username: 'bob' }] }, '/users/0/password'],
    [{ users: [{ username: 'bob', password: 'x', admin: true }] }, '/users/0/admin'],
    [{ clients: [{ client_name: 'x' }] }, '/clients/0/client_id'],
    [{ clients: [{ client_id: 'a', redirect_uris: ['ftp://x/'] }] }, '/clients/0/redirect_uris/0'],
    [{ scopes_supported: ['mcp', 'a b'] }, '/scopes_supported/1'],
    [{ additional_resources: ['https://h/#x'] }, '/additional_resources/0'],
    [{ access_token: { format: 'saml' } }, '/access_token/format'],
    [{ access_token: { signing_algorithm: 'none' } }, '/access_token/signing_algorithm'],
    [{ access_token: { lifetime_seconds: 0 } }, '/access_token/lifetime_seconds'],
    [{ access_token: { lifetime_seconds: '600' } }, '/access_token/lifetime_seconds'],
    [{ authorization_code: { lifetime_seconds: 86_400 } }, '/authorization_code/lifetime_seconds'],
    [{ refresh_token: { retry_window_seconds: -1 } }, '/refresh_token/retry_window_seconds'],
    [{ refresh_token: { idle_lifetime_seconds: 5, retry_window_seconds: 60 } }, '/refresh_token/'],
    [{ registration: { enabled: 'yes' } }, '/registration/enabled'],
    [{ limits: { registrations_per_minute: 0 } }, '/limits/registrations_per_minute'],
    [{ 'a/b~c': 1 }, '/a~1b~0c'],
  ]) {
    const text = typeof config === 'string' ? config : JSON.stringify(config);
    test(`${text} is refused at ${pointer || 'the document'}`, () =>
      assertRefused(['--port', '0', '--config', writeConfig(text)], pointer));
  }

  // A feature is there and advertised, or it is refused by name: never ignored (ASM-11).
  test('[MCP-ASM-14][ASM-11] what is not built in is not ignored', async (t) => {
    const server = await startServer();
    t.after(() => server.stop());
    const metadata = (await get(`${server.origin}/.well-known/oauth-authorization-server`)).json();
    const features = {
      client_id_metadata_documents: 'client_id_metadata_document_supported',
      dpop: 'dpop_signing_alg_values_supported',
      pushed_authorization_requests: 'pushed_authorization_request_endpoint',
      device_authorization: 'device_authorization_endpoint',
    };
    for (const [feature, member] of Object.entries(features)) {
      const off = await startServer({ [feature]: { enabled: false } });
      const without = (await get(`${off.origin}/.well-known/oauth-authorization-server`)).json();
      assert.ok(!without[member], `${feature} is off, and advertised`);
      await off.stop();
      if (metadata[member]) continue;
      const config = writeConfig({ [feature]: { enabled: true } });
      const said = await assertRefused(['--port', '0', '--config', config], `/${feature}`);
      assert.match(said, /not built in/);
    }
  });

  test('what is not built in of storages is refused by name', async (t) => {
    for (const storage of ['sqlite', 'postgresql', 'redis']) {
      const { status, err } = await Promise.race([
        runToEnd(['--port', '0', '--storage', `${storage}:`]),
        new Promise((late) => setTimeout(late, 20_000, { status: 'runs' })),
      ]);
      assert.equal(status, 2, `${storage}: without a place it can only be wrong`);
      assert.match(err, /--storage/);
      if (!/not built in/.test(err)) t.diagnostic(`${storage} is built in`);
    }
  });
});

describe('the process', { concurrency: 2 }, () => {
  test('SIGTERM and SIGINT end it with status 0, with connections open', async () => {
    for (const signal of ['SIGTERM', 'SIGINT']) {
      const server = await startServer();
      const { hostname, port } = new URL(server.origin);
      const idle = net.connect({ host: hostname, port: Number(port) });
      const half = net.connect({ host: hostname, port: Number(port) });
      await Promise.all([once(idle, 'connect'), once(half, 'connect')]);
      half.write('POST /token HTTP/1.1\r\nHost: ');
      for (const each of [idle, half]) each.on('error', () => {});
      const begun = Date.now();
      await server.stop(signal);
      assert.ok(Date.now() - begun < 20_000);
      idle.destroy();
      half.destroy();
    }
  });

  test('other addresses: a name, and IPv6', async (t) => {
    const v6 = Object.values(networkInterfaces())
      .flat()
      .some(({ address }) => address === '::1');
    if (!v6) t.diagnostic('there is no IPv6 here');
    for (const [host, name] of [['localhost', 'localhost'], ...(v6 ? [['::1', '[::1]']] : [])]) {
      const server = await startServer({}, { flags: ['--host', host] });
      t.after(() => server.stop());
      assert.equal(new URL(server.origin).hostname, name);
      const granted = await (await makeClient(server)).grant();
      assert.ok(await isAccepted(server, granted.access_token));
    }
  });

  test('standard output is the ready line, and the audit log where it was asked for', async (t) => {
    const quiet = await startServer();
    const loud = await startServer({}, { audit: '-' });
    t.after(() => Promise.all([quiet.stop(), loud.stop()]));
    for (const server of [quiet, loud]) await (await makeClient(server)).grant();
    const said = await quiet.stop();
    assert.equal(said.out, `ready ${quiet.origin}\n`);
    assert.equal(said.err, '');
    const [ready, ...lines] = (await loud.stop()).out.trimEnd().split('\n');
    assert.equal(ready, `ready ${loud.origin}`);
    assert.ok(lines.map((line) => JSON.parse(line)).some((each) => each.event === 'granted'));
  });

  test('[MCP-SEC-06][ATK-RG-07] the audit log tells events, and no secret ever', async (t) => {
    const client_secret = 'a-configured-secret-of-some-length';
    const server = await startServer({
      clients: [
        {
          client_id: 'keeper',
          client_secret,
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code', 'refresh_token'],
        },
      ],
    });
    t.after(() => server.stop());
    const secrets = ['wonderland', client_secret, 'a guessed password'];
    const client = await makeClient(server);
    const granted = await client.grant();
    const again = (await client.refresh(granted.refresh_token)).json();
    secrets.push(
      granted.access_token,
      granted.refresh_token,
      again.access_token,
      again.refresh_token,
      granted.code.parameters.get('code'),
      granted.code.verifier,
    );
    await client.redeem(granted.code); // a replay
    await isAccepted(server, again.access_token);
    const agent = new UserAgent({ password: 'a guessed password' });
    await agent.logIn(await agent.open(client.authorizationUrl(pkce().challenge)));
    secrets.push(...agent.cookies.values());
    await postForm(
      client.as.token_endpoint,
      { grant_type: 'refresh_token', refresh_token: 'x' },
      {
        Authorization: `Basic ${Buffer.from('keeper:a guessed password').toString('base64')}`,
      },
    );

    const events = server.events();
    const kinds = new Set(events.map((each) => each.event));
    for (const kind of [
      'client_registered',
      'approved',
      'granted',
      'refreshed',
      'code_replay',
      'token_refused',
      'client_authentication_failed',
    ])
      assert.ok(kinds.has(kind), `${kind} is missing: ${[...kinds].join()}`);
    for (const each of events) assert.match(each.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const text = JSON.stringify(events) + server.said.out + server.said.err;
    for (const secret of secrets) assert.ok(!text.includes(secret), `the log holds ${secret}`);
  });

  test('[OA21-GEN-05] a secrets file is made, for its owner only, and keeps the keys', async () => {
    const secrets_file = join(temporaryFolder(), 'secrets.json');
    const keys = [];
    for (let run = 0; run < 2; ++run) {
      const server = await startServer({ secrets_file });
      keys.push((await get((await makeClient(server)).as.jwks_uri)).text);
      await server.stop();
    }
    assert.equal(statSync(secrets_file).mode & 0o777, 0o600);
    assert.equal(keys[0], keys[1]);
    assert.ok(!keys[0].includes('"d"'));
    writeFileSync(secrets_file, readFileSync(secrets_file, 'utf8').slice(0, 40));
    await assertRefused(
      ['--port', '0', '--config', writeConfig({ secrets_file })],
      '/secrets_file',
    );
  });

  test('[DCR-02][MCP-SEC-04][OA21-CLI-09] limits: 429 with Retry-After, for the guesser', async (t) => {
    const server = await startServer({
      limits: { registrations_per_minute: 2, failed_secrets_per_minute: 3 },
      clients: [{ client_id: 'keeper', client_secret: 'the secret', redirect_uris: [redirectUri] }],
    });
    t.after(() => server.stop());
    const client = await makeClient(server);
    await makeClient(server);
    const refused = await postJson(client.as.registration_endpoint, {
      redirect_uris: [redirectUri],
    });
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers['retry-after']) >= 1);

    const guess = () =>
      postForm(client.as.token_endpoint, {
        grant_type: 'authorization_code',
        code: 'x',
        client_id: 'keeper',
        client_secret: 'a guess',
      });
    const statuses = [];
    for (let i = 0; i < 5; ++i) statuses.push((await guess()).status);
    assert.deepEqual(statuses.slice(0, 3), [401, 401, 401]);
    assert.equal(statuses.at(-1), 429);
    assertTokenAnswer(await client.redeem(await client.authorize()), 200); // somebody else is not locked out

    const agent = new UserAgent({ password: 'a guess' });
    let page = await agent.open(client.authorizationUrl(pkce().challenge));
    for (let i = 0; i < 5; ++i) page = await agent.submit(page, agent.credentials);
    assert.equal(page.status, 429);
    assert.match(visibleText(page), /too many/i);
    agent.credentials.password = 'wonderland';
    page = await agent.submit(page, agent.credentials);
    assert.equal(page.status, 429, 'not even the right one, for now');
  });
});
