// The life of a grant over HTTP: codes, rotation, retries, replays, expiry and revocation. The numbers RT-nn
// are those of the black-box tests of the refresh state machine.
//
// Waits are for expiries that the configuration makes short, and only ever "at least": a slow machine
// makes these tests slower, not wrong.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import {
  assertTokenAnswer,
  claimsOf,
  isAccepted,
  makeClient,
  pkce,
  sleep,
} from './support/oauth.mjs';
import { startServer } from './support/server.mjs';

const many = (count, call) => Promise.all(Array.from({ length: count }, (_, i) => call(i)));
const tokensOf = (answers) =>
  answers.filter((each) => each.status === 200).map((each) => each.json());

async function startWith(config) {
  const server = await startServer(config);
  return { server, client: await makeClient(server), stop: () => server.stop() };
}

/** Nothing of this grant works any more. */
async function assertDead(server, client, grants) {
  for (const { access_token, refresh_token } of grants) {
    assert.equal(await isAccepted(server, access_token), false, 'an access token lives on');
    assertTokenAnswer(await client.refresh(refresh_token), 400, 'invalid_grant');
  }
}

const eventsOf = (server, kind) => server.events().filter((each) => each.event === kind);

describe('without a retry window', { concurrency: true }, () => {
  let strict;
  before(async () => {
    strict = await startWith({ refresh_token: { retry_window_seconds: 0 } });
  });
  after(() => strict?.stop());

  test('[RT-01][MCP-RFT-01][OA21-REF-04] a refresh rotates and keeps the scope', async () => {
    const { server, client } = strict;
    const first = await client.grant('mcp notes:read');
    const answer = await client.refresh(first.refresh_token);
    assertTokenAnswer(answer, 200);
    const second = answer.json();
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.notEqual(second.access_token, first.access_token);
    assert.deepEqual(second.scope.split(' ').sort(), ['mcp', 'notes:read']);
    assert.ok(await isAccepted(server, second.access_token));
  });

  test('[RT-02][MCP-RFT-02][OA21-REF-06] a replay ends the grant', async () => {
    const { server, client } = strict;
    const first = await client.grant();
    const second = (await client.refresh(first.refresh_token)).json();
    assertTokenAnswer(await client.refresh(first.refresh_token), 400, 'invalid_grant');
    await assertDead(server, client, [first, second]);
    assert.ok(eventsOf(server, 'refresh_replay').some((each) => each.subject === 'alice'));
  });

  test('[RT-04] fifty at once: one is answered, and the grant is dead', async () => {
    const { server, client } = strict;
    const first = await client.grant();
    const answers = await many(50, () => client.refresh(first.refresh_token));
    const good = tokensOf(answers);
    assert.equal(good.length, 1);
    for (const each of answers)
      if (each.status !== 200) assertTokenAnswer(each, 400, 'invalid_grant');
    await assertDead(server, client, [first, ...good]);
  });

  test('[OA21-CODE-04][OA21-CODE-05] fifty redemptions of one code: one is answered, then all is dead', async () => {
    const { server, client } = strict;
    const code = await client.authorize();
    const answers = await many(50, () => client.redeem(code));
    const good = tokensOf(answers);
    assert.equal(good.length, 1);
    for (const each of answers)
      if (each.status !== 200) assertTokenAnswer(each, 400, 'invalid_grant');
    await assertDead(server, client, good);
  });

  test('[RT-08][OA21-REF-01] somebody else gets nothing, and ends nothing', async () => {
    const { server, client } = strict;
    const first = await client.grant();
    const stranger = await makeClient(server);
    const keeper = await makeClient(server, { token_endpoint_auth_method: 'client_secret_post' });
    assertTokenAnswer(await stranger.refresh(first.refresh_token), 400, 'invalid_grant');
    assertTokenAnswer(await keeper.refresh(first.refresh_token), 400, 'invalid_grant');
    assertTokenAnswer(
      await keeper.refresh(first.refresh_token, { client_secret: 'wrong' }),
      401,
      'invalid_client',
    );
    // A rotated one tells nothing either, in the wrong hands.
    const second = (await client.refresh(first.refresh_token)).json();
    assertTokenAnswer(await stranger.refresh(first.refresh_token), 400, 'invalid_grant');
    assertTokenAnswer(await client.refresh(second.refresh_token), 200);
  });

  test('[RT-11][OA21-REF-03][OA21-REF-04] narrowing is for one access token only', async () => {
    const { client } = strict;
    const first = await client.grant('mcp notes:read notes:write');
    const narrow = (await client.refresh(first.refresh_token, { scope: 'mcp' })).json();
    assert.equal(narrow.scope, 'mcp');
    assert.equal(claimsOf(narrow.access_token).scope, 'mcp');
    const full = (await client.refresh(narrow.refresh_token)).json();
    assert.deepEqual(full.scope.split(' ').sort(), ['mcp', 'notes:read', 'notes:write']);
  });

  test('[RT-12][OA21-CODE-12] a mistyped scope or resource costs nothing', async () => {
    const { client } = strict;
    const first = await client.grant('mcp');
    const { refresh_token } = first;
    assertTokenAnswer(
      await client.refresh(refresh_token, { scope: 'mcp notes:read' }),
      400,
      'invalid_scope',
    );
    assertTokenAnswer(
      await client.refresh(refresh_token, { resource: 'https://evil.example' }),
      400,
      'invalid_target',
    );
    assertTokenAnswer(await client.refresh(refresh_token), 200);
  });

  test('[OA21-REF-06] a replay with a bad scope is a replay', async () => {
    const { server, client } = strict;
    const first = await client.grant();
    const second = (await client.refresh(first.refresh_token)).json();
    assertTokenAnswer(
      await client.refresh(first.refresh_token, { scope: 'admin' }),
      400,
      'invalid_grant',
    );
    await assertDead(server, client, [second]);
  });

  test('[RT-15][REV-06] revoking a rotated token ends the grant', async () => {
    const { server, client } = strict;
    const first = await client.grant();
    const second = (await client.refresh(first.refresh_token)).json();
    assert.equal((await client.revoke(first.refresh_token)).status, 200);
    await assertDead(server, client, [first, second]);
  });

  test('[RT-16][OA21-CODE-05][MCP-AZR-15] a code that comes back ends what it gave', async () => {
    const { server, client } = strict;
    const first = await client.grant();
    const second = (await client.refresh(first.refresh_token)).json();
    assertTokenAnswer(await client.redeem(first.code), 400, 'invalid_grant');
    await assertDead(server, client, [first, second]);
    assert.ok(eventsOf(server, 'code_replay').length > 0);
  });

  test('[RT-17][OA21-CODE-06][OA21-CODE-07] a code that comes back with anything wrong ends nothing', async () => {
    const { server, client } = strict;
    const first = await client.grant();
    const stranger = await makeClient(server);
    for (const [who, changes] of [
      [client, { code_verifier: pkce().verifier }],
      [client, { code_verifier: undefined }],
      [client, { redirect_uri: 'http://127.0.0.1:33418/other' }],
      [stranger, {}],
    ]) {
      const answer = await who.redeem(first.code, changes);
      assertTokenAnswer(answer, 400, answer.json().error);
    }
    assert.ok(await isAccepted(server, first.access_token));
    assertTokenAnswer(await client.refresh(first.refresh_token), 200);
  });

  test('[RT-20][REV-07] a revocation wins against refreshes under way, every time', async () => {
    const { server, client } = strict;
    for (let round = 0; round < 15; ++round) {
      const first = await client.grant();
      const [revoked, ...refreshed] = await Promise.all([
        client.revoke(first.refresh_token),
        client.refresh(first.refresh_token),
        client.refresh(first.refresh_token),
      ]);
      assert.equal(revoked.status, 200);
      await assertDead(server, client, [first, ...tokensOf(refreshed)]);
    }
  });

  test('[MCP-RFT-08] a confidential client rotates as well, and needs its secret', async () => {
    const { server } = strict;
    const keeper = await makeClient(server, { token_endpoint_auth_method: 'client_secret_post' });
    const first = await keeper.grant();
    assertTokenAnswer(
      await keeper.refresh(first.refresh_token, { client_secret: undefined }),
      401,
      'invalid_client',
    );
    const second = (await keeper.refresh(first.refresh_token)).json();
    assert.notEqual(second.refresh_token, first.refresh_token);
  });
});

describe('within a retry window', { concurrency: true }, () => {
  let wide; // a minute, which nothing here outlasts
  before(async () => {
    wide = await startWith({ refresh_token: { retry_window_seconds: 60 } });
  });
  after(() => wide?.stop());

  test('[RT-05][MCP-RFT-03] fifty at once: all are answered, with one and the same refresh token', async () => {
    const { server, client } = wide;
    const first = await client.grant();
    const good = tokensOf(await many(50, () => client.refresh(first.refresh_token)));
    assert.equal(good.length, 50);
    assert.equal(new Set(good.map((each) => each.refresh_token)).size, 1);
    assert.equal(
      new Set(good.map((each) => each.access_token)).size,
      50,
      'a fresh access token each',
    );
    const next = await client.refresh(good[0].refresh_token);
    assertTokenAnswer(next, 200);
    assert.notEqual(next.json().refresh_token, good[0].refresh_token);
    assert.ok(await isAccepted(server, good[49].access_token));
  });

  test('[RT-06] a lost answer: the same is asked again, and answered the same', async () => {
    const { server, client } = wide;
    const first = await client.grant();
    const lost = (await client.refresh(first.refresh_token)).json();
    const again = (await client.refresh(first.refresh_token)).json();
    assert.equal(again.refresh_token, lost.refresh_token);
    assert.notEqual(again.access_token, lost.access_token);
    const [retry] = eventsOf(server, 'refresh_retry').filter(
      (each) => each.generations_behind === 1,
    );
    assert.ok(retry, 'a retry is told');
  });

  test('[RT-03][RT-07] older ones converge on the current token while their windows last', async () => {
    const { client } = wide;
    const first = await client.grant();
    const second = (await client.refresh(first.refresh_token)).json();
    const third = (await client.refresh(second.refresh_token)).json();
    for (const { refresh_token } of [first, second]) {
      const answer = await client.refresh(refresh_token);
      assertTokenAnswer(answer, 200);
      assert.equal(answer.json().refresh_token, third.refresh_token);
    }
  });

  test('[RT-08] a retry passes every check that a first use passes', async () => {
    const { server, client } = wide;
    const first = await client.grant();
    assertTokenAnswer(await client.refresh(first.refresh_token), 200);
    const stranger = await makeClient(server);
    assertTokenAnswer(await stranger.refresh(first.refresh_token), 400, 'invalid_grant');
    assertTokenAnswer(
      await client.refresh(first.refresh_token, { scope: 'admin' }),
      400,
      'invalid_scope',
    );
    assertTokenAnswer(await client.refresh(first.refresh_token), 200);
  });

  test('[MCP-TOK-16] a revoked grant answers no retry', async () => {
    const { server, client } = wide;
    const first = await client.grant();
    const second = (await client.refresh(first.refresh_token)).json();
    assert.equal((await client.revoke(second.access_token)).status, 200);
    await assertDead(server, client, [first, second]);
  });
});

describe('over time', { concurrency: true }, () => {
  test('[RT-06][RT-03] after its window a token is a replay, whichever it is', async (t) => {
    const { server, client, stop } = await startWith({
      refresh_token: { retry_window_seconds: 2 },
    });
    t.after(stop);
    const family = async () => {
      const first = await client.grant();
      const second = (await client.refresh(first.refresh_token)).json();
      const third = (await client.refresh(second.refresh_token)).json();
      return [first, second, third];
    };
    const families = [await family(), await family()];
    await sleep(2100);
    for (const [i, grants] of families.entries()) {
      assert.ok(await isAccepted(server, grants[2].access_token));
      assertTokenAnswer(await client.refresh(grants[i].refresh_token), 400, 'invalid_grant');
      await assertDead(server, client, grants);
    }
    assert.equal(eventsOf(server, 'refresh_replay').length, 2);
  });

  test('[RT-06] the head goes on after any time', async (t) => {
    const { client, stop } = await startWith({ refresh_token: { retry_window_seconds: 1 } });
    t.after(stop);
    const first = await client.grant();
    const second = (await client.refresh(first.refresh_token)).json();
    await sleep(1500);
    assertTokenAnswer(await client.refresh(second.refresh_token), 200);
  });

  test('[RT-13][REXP-01] refreshing goes on until the absolute end, and no access token outlives it', async (t) => {
    const [idle, absolute] = [4, 7];
    const { client, stop } = await startWith({
      refresh_token: {
        idle_lifetime_seconds: idle,
        absolute_lifetime_seconds: absolute,
        retry_window_seconds: 0,
      },
    });
    t.after(stop);
    const begunAfter = Date.now();
    let tokens = await client.grant();
    const begunBefore = Date.now();
    for (let used = Date.now(); ;) {
      assert.ok(claimsOf(tokens.access_token).exp * 1000 <= begunBefore + absolute * 1000 + 1000);
      await sleep((idle / 2) * 1000);
      const sent = Date.now();
      const answer = await client.refresh(tokens.refresh_token);
      if (answer.status !== 200) {
        assertTokenAnswer(answer, 400, 'invalid_grant');
        const end = begunAfter + absolute * 1000 - 1000; // it falls on a whole second
        assert.ok(Date.now() >= end || Date.now() >= used + idle * 1000, 'ended too early');
        return;
      }
      assert.ok(sent < begunBefore + absolute * 1000, 'went on after the end');
      used = sent;
      tokens = answer.json();
    }
  });

  test('[RT-14][MCP-RFT-09][OA21-REF-08] an idle grant ends', async (t) => {
    const { client, stop } = await startWith({
      refresh_token: { idle_lifetime_seconds: 2, retry_window_seconds: 0 },
    });
    t.after(stop);
    const { refresh_token } = await client.grant();
    await sleep(3000);
    assertTokenAnswer(await client.refresh(refresh_token), 400, 'invalid_grant');
  });

  test('[OA21-CODE-01] a code ends soon', async (t) => {
    const { client, stop } = await startWith({ authorization_code: { lifetime_seconds: 1 } });
    t.after(stop);
    const code = await client.authorize();
    await sleep(1100);
    assertTokenAnswer(await client.redeem(code), 400, 'invalid_grant');
  });

  test('[MCP-ERR-03][MCP-TOK-08] an access token ends, opaque or not', async (t) => {
    for (const format of ['jwt', 'opaque']) {
      const { server, client, stop } = await startWith({
        access_token: { format, lifetime_seconds: 1 },
      });
      t.after(stop);
      const tokens = await client.grant();
      assert.equal(tokens.expires_in, 1);
      assert.equal(tokens.access_token.split('.').length === 3, format === 'jwt');
      await sleep(1100);
      assert.equal(await isAccepted(server, tokens.access_token), false);
      assertTokenAnswer(await client.refresh(tokens.refresh_token), 200);
    }
  });
});

test('[MCP-TOK-14][REV-02] opaque access tokens work, and are revoked, like the others', async (t) => {
  const { server, client, stop } = await startWith({ access_token: { format: 'opaque' } });
  t.after(stop);
  const tokens = await client.grant();
  assert.ok(await isAccepted(server, tokens.access_token));
  assert.equal(await isAccepted(server, `${tokens.access_token}x`), false);
  assert.ok(!Buffer.from(tokens.access_token, 'base64url').includes('alice'));
  assert.equal((await client.revoke(tokens.access_token)).status, 200);
  await assertDead(server, client, [tokens]);
});

test('[profile strict] unknown scopes are refused, a refresh token works once, the rest is as ever', async (t) => {
  const { server, client, stop } = await startWith({ profile: 'strict' });
  t.after(stop);
  const unknown = await client.authorize({ scope: 'mcp openid' });
  assert.equal(unknown.parameters.get('error'), 'invalid_scope');
  const narrow = await makeClient(server, { scope: 'mcp' });
  const wide = await narrow.redeem(
    await narrow.authorize({ scope: 'mcp notes:read', resource: undefined }),
    { resource: undefined },
  );
  assertTokenAnswer(wide, 200);
  assert.equal(wide.json().scope, 'mcp notes:read');
  const { refresh_token } = wide.json();
  assertTokenAnswer(await narrow.refresh(refresh_token), 200);
  assertTokenAnswer(await narrow.refresh(refresh_token), 400, 'invalid_grant');
});
