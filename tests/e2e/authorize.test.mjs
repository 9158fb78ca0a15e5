// The authorization endpoint and its pages, for a browser without scripts: what stays on a page, what
// travels back to the client and when, and who may answer a form.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { get, postJson, request } from './support/http.mjs';
import { assertTokenAnswer, makeClient, pkce, redirectUri } from './support/oauth.mjs';
import { startServer } from './support/server.mjs';
import { firstForm, UserAgent, visibleText } from './support/user_agent.mjs';

let server;
let client;
before(async () => {
  server = await startServer();
  client = await makeClient(server);
});
after(() => server?.stop());

describe('the authorization endpoint', () => {
  const assertPage = (answer, status, what) => {
    assert.ok([status].flat().includes(answer.status), `${what}: ${answer.status} ${answer.text}`);
    assert.match(answer.headers['content-type'], /^text\/html\b/, what);
    assert.equal(answer.headers.location, undefined, what);
    assert.equal(answer.headers['access-control-allow-origin'], undefined, what);
    assert.match(answer.headers['content-security-policy'], /frame-ancestors 'none'/, what);
    assert.doesNotMatch(answer.headers['content-security-policy'], /form-action/, what);
    assert.match(answer.headers['cache-control'], /no-store/, what);
    assert.ok(!answer.text.includes('<script>alert'), `${what}: reflected`);
  };

  test('[OA21-AUTHZ-06][OA21-AUTHZ-08][OA21-AUTHZ-09][MCP-AZR-08] what cannot be proven stays on a page', async () => {
    const { challenge } = pkce();
    const url = (changes) => client.authorizationUrl(challenge, changes).href;
    for (const [what, at] of Object.entries({
      'no client': url({ client_id: undefined }),
      'an empty client': url({ client_id: '' }),
      'an unknown client': url({ client_id: 'client_none' }),
      'a script for a client': url({ client_id: '<script>alert(1)</script>' }),
      'two clients': url({ client_id: [client.id, client.id] }),
      'an endless client': url({ client_id: 'a'.repeat(3000) }),
      'two redirects': url({ redirect_uri: [redirectUri, redirectUri] }),
      'another path': url({ redirect_uri: `${redirectUri}/x` }),
      'a path that begins alike': url({ redirect_uri: `${redirectUri}x` }),
      'dots in the path': url({ redirect_uri: 'http://127.0.0.1:33418/x/../callback' }),
      'another loopback host': url({ redirect_uri: 'http://localhost:33418/callback' }),
      'another host': url({ redirect_uri: 'http://evil.example/callback' }),
      'a user before the host': url({
        redirect_uri: 'http://127.0.0.1:33418@evil.example/callback',
      }),
      'a fragment': url({ redirect_uri: `${redirectUri}#x` }),
      'a query': url({ redirect_uri: `${redirectUri}?x=1` }),
      https: url({ redirect_uri: redirectUri.replace('http:', 'https:') }),
      'a script for a redirect': url({ redirect_uri: 'javascript:alert(1)' }),
      'no redirect at all': url({ redirect_uri: 'x' }),
      'a malformed escape': `${url({})}&x=%zz`,
      'no UTF-8': `${url({})}&x=%ff`,
      'too many parameters': `${url({})}${'&x=1'.repeat(80)}`,
    }))
      assertPage(await get(at), 400, what);
    assertPage(await get(`${url({})}&x=${'a'.repeat(7800)}`), [400, 414], 'a query too long');
    const put = await request(url({}), { method: 'PUT' });
    assertPage(put, 405, 'PUT');
    assert.equal(put.headers.allow, 'GET, POST');
    assertPage(await postJson(client.as.authorization_endpoint, {}), 400, 'JSON');
  });

  test('[OA21-AUTHZ-10] without a redirect the only registered one is taken', async () => {
    const { callback } = await client.authorize({ redirect_uri: undefined });
    assert.equal(callback.origin + callback.pathname, redirectUri);
    assert.ok(callback.searchParams.get('code'));
  });

  test('[OA21-AUTHZ-24][MCP-AZR-09][MCP-ERR-08] other errors travel back, with state and iss, after login', async () => {
    for (const [what, changes, error] of [
      ['no response type', { response_type: undefined }, 'invalid_request'],
      ['the implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
      ['two response types', { response_type: ['code', 'code'] }, 'invalid_request'],
      ['no challenge', { code_challenge: undefined }, 'invalid_request'],
      ['an empty challenge', { code_challenge: '' }, 'invalid_request'],
      ['no method', { code_challenge_method: undefined }, 'invalid_request'],
      ['plain', { code_challenge_method: 'plain' }, 'invalid_request'],
      ['s256', { code_challenge_method: 's256' }, 'invalid_request'],
      ['a short challenge', { code_challenge: 'abc' }, 'invalid_request'],
      ['two scopes parameters', { scope: ['mcp', 'mcp'] }, 'invalid_request'],
      ['a malformed scope', { scope: 'mcp "notes"' }, 'invalid_scope'],
      ['an unknown scope alone', { scope: 'admin' }, 'invalid_scope'],
      ['an unknown resource', { resource: 'https://evil.example' }, 'invalid_target'],
      ['a request object', { request: 'a.b.c' }, 'request_not_supported'],
      ['another response mode', { response_mode: 'fragment' }, 'invalid_request'],
    ]) {
      const agent = new UserAgent();
      const { challenge } = pkce();
      const first = await agent.open(client.authorizationUrl(challenge, changes));
      assertPage(first, 200, what);
      assert.ok(
        firstForm(first).has('password'),
        `${what}: nobody is redirected before the user is known`,
      );
      const { callback } = await agent.authorize(client.authorizationUrl(challenge, changes));
      const back = callback.searchParams;
      assert.equal(back.get('error'), error, `${what}: ${callback}`);
      assert.equal(back.get('state'), 'a state', what);
      assert.deepEqual(back.getAll('iss'), [server.issuer], what);
      assert.equal(back.get('code'), null, what);
      assert.match(back.get('error_description') ?? '', /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/, what);
    }
  });

  test('[OA21-AUTHZ-06][OA21-AUTHZ-20] state comes back as it was, and not at all when it is no state', async () => {
    for (const state of ['x', 'a b+c%20&=?#/\\"<>\'', '~'.repeat(500)]) {
      const { parameters } = await client.authorize({ state });
      assert.equal(parameters.get('state'), state);
      assert.ok(parameters.get('code'));
    }
    assert.equal((await client.authorize({ state: undefined })).parameters.get('state'), null);
    for (const state of [['a', 'b'], 'line\nfeed', 'snow \u2603']) {
      const { parameters } = await client.authorize({ state });
      assert.equal(parameters.get('error'), 'invalid_request');
      assert.equal(parameters.get('state'), null);
    }
  });

  test('[OA21-AUTHZ-24] none never shows a page; login and consent always do', async () => {
    const agent = new UserAgent();
    const { challenge } = pkce();
    const url = (prompt) => client.authorizationUrl(challenge, { prompt });
    const silent = await agent.open(url('none'));
    assert.equal(silent.redirect.searchParams.get('error'), 'login_required');
    assert.equal(silent.redirect.searchParams.get('iss'), server.issuer);
    const both = await agent.authorize(url('none login'));
    assert.equal(both.callback.searchParams.get('error'), 'invalid_request');
    await agent.authorize(url(undefined));
    const known = await agent.open(url('none'));
    assert.ok(
      ['consent_required', 'interaction_required'].includes(
        known.redirect.searchParams.get('error'),
      ),
    );
    assert.ok(firstForm(await agent.open(url('consent'))).has('decision'));
    assert.ok(firstForm(await agent.open(url('login'))).has('password'));
  });
});

describe('the pages', () => {
  test('[MCP-AZR-16][OA21-GEN-03] a wrong password says so, and the next try works', async () => {
    const agent = new UserAgent();
    const { challenge } = pkce();
    const page = await agent.open(client.authorizationUrl(challenge));
    const again = await agent.submit(page, { username: 'alice', password: 'guess' });
    assert.ok(again.status >= 400 && again.status < 500, `${again.status}`);
    assert.match(visibleText(again), /wrong/i);
    assert.ok(!again.text.includes('guess'), 'the password is not shown again');
    const consent = await agent.submit(again, agent.credentials);
    const last = await agent.decide(consent, 'allow');
    assert.ok(last.redirect.searchParams.get('code'));
    assert.ok([302, 303].includes(last.status));
    assert.match(last.headers['cache-control'], /no-store/);
    assert.equal(last.headers['referrer-policy'], 'no-referrer');
  });

  test('[ATK-AZ-06] nobody can be signed in as somebody else by a form of theirs', async () => {
    const { challenge } = pkce();
    const attacker = new UserAgent();
    const page = await attacker.open(client.authorizationUrl(challenge));
    for (const victim of [new UserAgent(), new UserAgent()]) {
      if (victim.cookies.size === 0) await victim.open(client.authorizationUrl(challenge));
      const answer = await victim.submit(page, victim.credentials);
      assert.equal(answer.status, 403);
      assert.ok(!firstForm(answer).has('decision'));
      const later = await victim.open(client.authorizationUrl(challenge));
      assert.ok(firstForm(later).has('password'), 'still nobody');
    }
  });

  test('a cookie that is none of ours is no session, and no trouble', async () => {
    const agent = new UserAgent();
    const { challenge } = pkce();
    await agent.logIn(await agent.open(client.authorizationUrl(challenge)));
    for (const [name, value] of [...agent.cookies]) {
      for (const garbled of ['', 'x', value.slice(1), `${value}A`, value.toUpperCase(), '%00"']) {
        agent.cookies.set(name, garbled);
        const page = await agent.open(client.authorizationUrl(challenge));
        assert.equal(page.status, 200);
        assert.ok(firstForm(page).has('password'), garbled);
      }
    }
    const { parameters } = await client.authorize({}, { agent });
    assert.ok(parameters.get('code'));
  });

  test('[ATK-AZ-06] forms from another session, without a session, or garbled are refused', async () => {
    const { challenge } = pkce();
    const victim = new UserAgent();
    const consent = await victim.logIn(await victim.open(client.authorizationUrl(challenge)));
    const attacker = new UserAgent();
    const own = await attacker.logIn(await attacker.open(client.authorizationUrl(challenge)));
    const mine = Object.fromEntries(firstForm(own).inputs.map((each) => [each.name, each.value]));
    const theirs = Object.fromEntries(
      firstForm(consent).inputs.map((each) => [each.name, each.value]),
    );

    const tries = { 'the whole form of another session': theirs };
    for (const name of Object.keys(mine)) {
      tries[`${name} of another session`] = { ...mine, [name]: theirs[name] };
      tries[`${name} missing`] = { ...mine, [name]: '' };
      tries[`${name} garbled`] = { ...mine, [name]: `${mine[name].slice(0, -3)}AAA` };
    }
    for (const [what, values] of Object.entries(tries)) {
      const answer = await attacker.submit(own, values, { name: 'decision', value: 'allow' });
      assert.equal(answer.redirect, undefined, what);
      assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status}`);
    }
    const nobody = await new UserAgent().submit(consent, theirs, {
      name: 'decision',
      value: 'allow',
    });
    assert.equal(nobody.redirect, undefined);
    assert.ok(nobody.status >= 400 && nobody.status < 500);
    const neither = await attacker.submit(own, {}, { name: 'decision', value: 'maybe' });
    assert.equal(neither.redirect, undefined);

    for (const [agent, page] of [
      [attacker, own],
      [victim, consent],
    ])
      assert.ok(
        (await agent.decide(page, 'allow')).redirect.searchParams.get('code'),
        'still good',
      );
  });

  test('[ATK-TK-01] a second answer to the same page gives no second code', async () => {
    const agent = new UserAgent();
    const { verifier, challenge } = pkce();
    const page = await agent.logIn(await agent.open(client.authorizationUrl(challenge)));
    const first = await agent.decide(page, 'allow');
    const twice = await agent.decide(page, 'allow');
    assert.equal(twice.redirect?.href, first.redirect.href, 'a double click is one click');
    const denied = await agent.decide(page, 'deny');
    assert.equal(denied.redirect?.searchParams.get('code') ?? null, null);
    const answer = await client.redeem({ parameters: first.redirect.searchParams, verifier });
    assertTokenAnswer(answer, 200);
    const late = await agent.decide(page, 'allow');
    assert.equal(late.redirect, undefined);
    assert.ok(late.status >= 400 && late.status < 500);
  });

  test('[MCP-SEC-05] what a client says of itself cannot leave its place on the page', async () => {
    const evil = await makeClient(server, {
      client_name: '"><script>alert(1)</script>&amp; Co',
      client_uri: "https://evil.example/'-alert(1)-'",
    });
    const { challenge } = pkce();
    const agent = new UserAgent();
    const page = await agent.logIn(await agent.open(evil.authorizationUrl(challenge)));
    assert.ok(!/<script|<b>/.test(page.text));
    assert.ok(visibleText(page).includes('"><script>alert(1)</script>&amp; Co'));
  });

  test('pages take neither other methods nor other content types', async () => {
    for (const path of ['/login', '/consent', '/logout']) {
      assert.ok(
        [405, 404].includes(
          (await request(server.origin + path, { method: 'PUT', body: '' })).status,
        ),
      );
      const json = await postJson(server.origin + path, {});
      assert.ok(json.status >= 400 && json.status < 500, `${path}: ${json.status}`);
    }
    assert.equal((await get(`${server.origin}/consent`)).status, 405);
  });
});
